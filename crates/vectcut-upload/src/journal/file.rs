//! A journal as bytes: one record a line, each with a checksum over the journal up to there.
//!
//! A line is sixteen hexadecimal digits, a space and the record as JSON. The digits are the CRC-64 of all records so
//! far, so that a flipped, missing, doubled or moved line shows. Reading stops there: what is left is a state that the
//! upload has really been in.

use oss_client::Crc64Digest;

use super::{
    kept::Kept,
    record::{Header, Record, VERSION},
};

/// The length of a checksum and the space after it.
const CHECKSUM_LEN: usize = 17;

/// The checksum over the records that were written or read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain(Crc64Digest);

impl Chain {
    /// Returns a record as the next line.
    pub(super) fn line(&mut self, record: &impl serde::Serialize) -> Vec<u8> {
        // A struct of texts and numbers always serializes.
        self.line_of_json(&serde_json::to_vec(record).unwrap_or_default())
    }

    /// Returns a record in JSON as the next line.
    pub(super) fn line_of_json(&mut self, json: &[u8]) -> Vec<u8> {
        let mut line = format!("{:016x} ", self.add(json)).into_bytes();
        line.extend_from_slice(json);
        line.push(b'\n');
        line
    }

    /// Returns the record of the next line, if its checksum fits.
    fn record<'a>(&mut self, line: &'a [u8]) -> Option<&'a [u8]> {
        let (checksum, json) = line.split_at_checked(CHECKSUM_LEN)?;
        let json = json.strip_suffix(b"\n")?;
        let expected = format!("{:016x} ", self.add(json));
        (checksum == expected.as_bytes()).then_some(json)
    }

    fn add(&mut self, json: &[u8]) -> u64 {
        self.0.update(json);
        // Ends the record, so that bytes cannot move from one to the next.
        self.0.update(b"\n");
        self.0.clone().value().value()
    }
}

/// What reading a journal found.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing of this upload.
    Nothing,
    /// The upload of this file for this account, and how the journal goes on.
    Kept {
        kept: Box<Kept>,
        good_bytes: u64,
        chain: Box<Chain>,
    },
    /// An upload of the file as it was before it changed.
    FileChanged(Box<Kept>),
    /// A newer version of the program wrote it.
    Newer,
}

/// Reads a journal as far as its checksums fit.
pub(super) fn read(text: &[u8], header: &Header) -> Found {
    let mut chain = Chain::default();
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let Some(first) = lines.next() else {
        return Found::Nothing;
    };
    if is_newer(first) {
        return Found::Newer;
    }
    let Some(json) = chain.record(first) else {
        return Found::Nothing;
    };
    let is_changed = match serde_json::from_slice::<Header>(json) {
        Ok(kept) if kept == *header => false,
        Ok(kept) if is_changed(&kept, header) => true,
        Ok(_) | Err(_) => return Found::Nothing,
    };
    let records = records(lines, first.len() as u64, chain);
    if is_changed {
        let kept = records.map(|(kept, ..)| kept).unwrap_or_default();
        return Found::FileChanged(Box::new(kept));
    }
    match records {
        Some((kept, good_bytes, chain)) if kept.is_sound(header.file.len_bytes) => Found::Kept {
            kept: Box::new(kept),
            good_bytes,
            chain: Box::new(chain),
        },
        _ => Found::Nothing,
    }
}

/// Reads a journal of any upload as far as its checksums fit, to show it. `None` when it is damaged or of another version.
pub(super) fn list(text: &[u8]) -> Option<(Header, Kept)> {
    let mut chain = Chain::default();
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next()?;
    let header: Header = serde_json::from_slice(chain.record(first)?).ok()?;
    let (kept, ..) = records(lines, first.len() as u64, chain)?;
    (header.journal == VERSION && kept.is_sound(header.file.len_bytes)).then_some((header, kept))
}

/// Adds up the records after the header, as far as their checksums fit. Returns how many bytes that is, the header's
/// included, and how the chain goes on. `None` when the checksums fit and the records do not.
fn records<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    header_bytes: u64,
    mut chain: Chain,
) -> Option<(Kept, u64, Chain)> {
    let (mut kept, mut good_bytes) = (Kept::default(), header_bytes);
    let mut good_chain = chain.clone();
    for line in lines {
        let Some(json) = chain.record(line) else {
            break;
        };
        kept = kept.apply(serde_json::from_slice::<Record>(json).ok()?)?;
        good_bytes += line.len() as u64;
        good_chain = chain.clone();
    }
    Some((kept, good_bytes, good_chain))
}

/// Returns whether a journal is one of the same upload, of which only the file differs.
fn is_changed(kept: &Header, header: &Header) -> bool {
    let with_file = Header {
        file: header.file.clone(),
        ..kept.clone()
    };
    with_file == *header && kept.file.path == header.file.path
}

/// Returns whether the first line names a later version, whatever else that version changed.
fn is_newer(line: &[u8]) -> bool {
    let json = line.iter().position(|byte| *byte == b'{').unwrap_or(0);
    serde_json::from_slice::<serde_json::Value>(&line[json..])
        .ok()
        .and_then(|line| line.get("journal")?.as_u64())
        .is_some_and(|version| version > u64::from(VERSION))
}
