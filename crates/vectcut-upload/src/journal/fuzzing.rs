//! Reads journals that nobody wrote, and checks what is read.

use super::{
    file::{self, Chain, Found},
    kept::Kept,
    record::{Header, Record, VERSION},
};
use crate::{policy::plan::PARTS_MAX, source::Identity, stage::Stage};

/// The length of the file in bytes: three parts.
const LEN_BYTES: u64 = 3 * 128 * 1024;

fn header() -> Header {
    Header {
        journal: VERSION,
        file: Identity {
            path: "/clips/clip.mp4".into(),
            len_bytes: LEN_BYTES,
            modified_ns: Some(1),
            inode: None,
            fingerprint: 7,
        },
        account: "0123456789abcdef".into(),
        base_url: "https://open.vectcut.com".into(),
        endpoint: "https://oss-cn-hangzhou.aliyuncs.com".into(),
        name: "clip.mp4".into(),
        content_type: "video/mp4".into(),
    }
}

pub(crate) fn read(bytes: &[u8]) {
    check(bytes);
    let mut chain = Chain::default();
    let mut text = chain.line(&header());
    for record in bytes.split(|byte| *byte == b'\n') {
        text.extend(chain.line_of_json(record));
    }
    check(&text);
}

fn check(text: &[u8]) {
    let Found::Kept {
        kept,
        good_bytes,
        mut chain,
    } = file::read(text, &header())
    else {
        return;
    };
    assert_sound(&kept);
    // The journal goes on behind what was read.
    let good_bytes = usize::try_from(good_bytes).unwrap_or(usize::MAX);
    let mut longer = text[..good_bytes].to_vec();
    longer.extend(chain.line(&Record::Run));
    let longer_bytes = longer.len() as u64;
    assert!(
        matches!(file::read(&longer, &header()), Found::Kept { good_bytes, .. } if good_bytes == longer_bytes),
        "what is appended cannot be read"
    );
}

/// Asserts that the parts are ranges of the file, in the order of their numbers, and that every gap has a number left.
fn assert_sound(kept: &Kept) {
    let Stage::Sending(_, open) = &kept.stage else {
        return;
    };
    let (mut end, mut number) = (0, 0);
    for part in &open.parts {
        assert!(part.number > number && part.number <= PARTS_MAX, "{part:?}");
        assert!(part.len_bytes > 0 && part.offset >= end, "{part:?}");
        let gap_fits = part.offset == end || part.number - number > 1;
        assert!(gap_fits, "no number is left before {part:?}");
        (end, number) = (part.offset + part.len_bytes, part.number);
        assert!(end <= LEN_BYTES, "{part:?}");
    }
    assert!(
        end == LEN_BYTES || number < PARTS_MAX,
        "no number is left for the rest"
    );
}
