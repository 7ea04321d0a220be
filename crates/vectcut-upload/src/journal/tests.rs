//! Journals that are written, read, damaged, locked and removed.

use std::{path::PathBuf, time::Duration};

use oss_client::{BucketName, Crc64, ObjectKey};
use proptest::prelude::*;
use vectcut_api::{Secret, SignedUrl, StsCredentials};

use super::{folder::Folder, *};
use crate::{
    policy::history::History,
    source::Identity,
    stage::{Origin, Place, Proof, SafePart, Stage, Stored, Ticket},
    state_dir::StateDir,
};

const SOON: Duration = Duration::from_secs(5);

fn header() -> Header {
    Header {
        journal: VERSION,
        file: Identity {
            path: "/clips/clip.mp4".into(),
            len_bytes: 10,
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

fn place() -> Place {
    Place {
        bucket: BucketName::parse("bkt").expect("a bucket"),
        object_key: ObjectKey::parse("k").expect("a key"),
        region: None,
    }
}

fn ticket() -> Record {
    let secret = || Secret::new("canary");
    Record::ticket(&Ticket {
        place: place(),
        credentials: StsCredentials::new("id".into(), secret(), secret(), None),
        origin: Origin::Backend,
    })
}

fn upload() -> Record {
    Record::Upload {
        upload_id: "U".into(),
    }
}

fn part(number: u32, offset: u64, len_bytes: u64) -> Record {
    Record::Part(SafePart {
        number,
        offset,
        len_bytes,
        etag: "E".into(),
        crc64: 0,
    })
}

fn published() -> Record {
    let stored = Stored {
        crc64: Crc64::new(7),
        etag: None,
        proof: Proof::Crc64,
    };
    let url = SignedUrl::parse("https://bkt.example/k?Expires=1").expect("a URL");
    Record::published(&place(), &stored, &url)
}

/// A state directory with a folder for journals.
struct Shelf {
    dir: tempfile::TempDir,
    folder: Folder,
}

impl Shelf {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let state_dir = StateDir::open(&dir.path().join("state")).expect("a new folder");
        let folder = Folder::open(&state_dir).expect("a new folder");
        Self { dir, folder }
    }

    /// Writes a journal with a ticket, an upload and three parts.
    async fn written(&self) -> PathBuf {
        let Opened { journal, kept, .. } = self.open(&header()).await;
        assert!(matches!(kept.stage, Stage::New));
        for record in [
            ticket(),
            upload(),
            part(1, 0, 2),
            part(2, 2, 2),
            part(3, 4, 2),
        ] {
            journal.append(record);
        }
        journal.close(SOON).await;
        self.path()
    }

    async fn open(&self, header: &Header) -> Opened {
        self.folder.journal(header, || {}).await
    }

    /// Returns the number of parts that are kept, and closes the journal.
    async fn kept_parts(&self) -> Option<usize> {
        let Opened { journal, kept, .. } = self.open(&header()).await;
        journal.close(SOON).await;
        match kept.stage {
            Stage::Sending(_, open) => Some(open.parts.len()),
            _ => None,
        }
    }

    fn path(&self) -> PathBuf {
        let folder = self.dir.path().join("state/uploads");
        let mut entries = std::fs::read_dir(folder).expect("the folder");
        entries.next().expect("a journal").expect("readable").path()
    }
}

#[tokio::test]
async fn what_was_written_is_read_again() {
    let shelf = Shelf::new();
    shelf.written().await;
    assert_eq!(shelf.kept_parts().await, Some(3));
}

#[tokio::test]
async fn a_torn_last_line_is_ignored_and_does_not_swallow_the_next() {
    let shelf = Shelf::new();
    let path = shelf.written().await;
    let mut text = std::fs::read(&path).expect("it is there");
    text.truncate(text.len() - 9);
    std::fs::write(&path, text).expect("torn");
    let opened = shelf.open(&header()).await;
    opened.journal.append(part(3, 4, 2));
    opened.journal.close(SOON).await;
    assert_eq!(shelf.kept_parts().await, Some(3));
}

#[tokio::test]
async fn a_changed_file_starts_over() {
    let shelf = Shelf::new();
    shelf.written().await;
    let mut changed = header();
    changed.file.fingerprint = 8;
    let opened = shelf.open(&changed).await;
    assert_eq!(opened.note, Some(Note::FileChanged));
    assert!(matches!(opened.kept.stage, Stage::New));
}

#[tokio::test]
async fn another_account_has_another_journal() {
    let shelf = Shelf::new();
    shelf.written().await;
    let mut other = header();
    other.account = "fedcba9876543210".into();
    let opened = shelf.open(&other).await;
    assert!(matches!(opened.kept.stage, Stage::New));
    assert_eq!(opened.note, None);
    opened.journal.close(SOON).await;
    assert_eq!(
        shelf.kept_parts().await,
        Some(3),
        "the first one is untouched"
    );
}

#[tokio::test]
async fn a_newer_version_is_left_alone() {
    let shelf = Shelf::new();
    let path = shelf.written().await;
    for newer in [
        "{\"journal\":3,\"anything\":true}\n",
        "0123456789abcdef {\"journal\":9}\n",
    ] {
        std::fs::write(&path, newer).expect("a newer journal");
        let opened = shelf.open(&header()).await;
        assert!(matches!(opened.note, Some(Note::NotKept(_))));
        opened.journal.append(ticket());
        opened.journal.close(SOON).await;
        assert_eq!(std::fs::read_to_string(&path).expect("still there"), newer);
    }
}

#[tokio::test]
async fn whoever_waited_takes_over_the_result() {
    let shelf = Shelf::new();
    shelf.written().await;
    let first = shelf.open(&header()).await;
    let (waits, is_waiting) = tokio::sync::oneshot::channel();
    let folder = shelf.folder.clone();
    let second = tokio::spawn(async move {
        folder
            .journal(&header(), || waits.send(()).expect("the test waits"))
            .await
    });
    is_waiting.await.expect("it waits");
    first.journal.finish(published());
    first.journal.remove();
    first.journal.close(SOON).await;
    let second = second.await.expect("no panic");
    assert!(matches!(second.kept.stage, Stage::Published(..)));
    assert!(second.journal.keeps());
}

#[tokio::test]
async fn a_finished_journal_holds_no_credentials_and_is_removed_by_its_owner_alone() {
    let shelf = Shelf::new();
    let path = shelf.written().await;
    let opened = shelf.open(&header()).await;
    opened.journal.finish(published());
    opened.journal.flush(SOON).await;
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(!text.contains("canary"), "{text}");
    shelf.folder.forget(header(), "k".into()).await;
    assert!(path.exists(), "another process has it open");
    opened.journal.close(SOON).await;
    shelf.folder.forget(header(), "another".into()).await;
    assert!(
        path.exists(),
        "another process has finished the same upload"
    );
    shelf.folder.forget(header(), "k".into()).await;
    assert!(!path.exists());
}

#[tokio::test]
async fn an_old_journal_is_swept_and_a_fresh_one_is_not() {
    let shelf = Shelf::new();
    let path = shelf.written().await;
    let format_1 = path.with_extension("jsonl");
    std::fs::write(&format_1, "{\"journal\":1}\n").expect("an earlier format");
    let written_at = std::fs::metadata(&path)
        .and_then(|metadata| metadata.modified())
        .expect("its time");
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    shelf.folder.sweep(written_at + month);
    assert!(path.exists());
    assert!(!format_1.exists(), "nothing reads it any more");
    shelf
        .folder
        .sweep(written_at + month + Duration::from_secs(60));
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let shelf = Shelf::new();
    let path = shelf.written().await;
    let mode = std::fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

fn sum(records: impl IntoIterator<Item = Record>) -> Option<Kept> {
    records
        .into_iter()
        .try_fold(Kept::default(), |kept, record| kept.apply(record))
}

fn parts_of(kept: &Kept) -> usize {
    match &kept.stage {
        Stage::Sending(_, open) => open.parts.len(),
        _ => 0,
    }
}

#[test]
fn a_new_ticket_or_upload_drops_the_parts_and_new_credentials_do_not() {
    let Record::Ticket(kept) = ticket() else {
        unreachable!()
    };
    let credentials = Record::Credentials(kept.credentials);
    for (record, expected) in [
        (None, 1),
        (Some(upload()), 0),
        (Some(ticket()), 0),
        (Some(credentials), 1),
    ] {
        let begun = [ticket(), upload(), part(1, 0, 5)];
        let kept = sum(begun.into_iter().chain(record)).expect("a sound order");
        assert_eq!(parts_of(&kept), expected);
    }
}

#[test]
fn records_in_an_impossible_order_are_damage() {
    for records in [
        vec![part(1, 0, 5)],
        vec![upload()],
        vec![ticket(), part(1, 0, 5)],
        vec![Record::Completing],
        vec![ticket(), Record::History(History::default())],
        vec![ticket(), published()],
    ] {
        assert!(sum(records.clone()).is_none(), "{records:?}");
    }
}

#[test]
fn parts_that_cannot_belong_together_are_not_sound() {
    for (parts, expected) in [
        (vec![part(1, 0, 5), part(2, 5, 5)], true),
        (vec![part(3, 5, 5), part(1, 0, 3)], true),
        (vec![part(1, 0, 5), part(2, 4, 5)], false),
        (vec![part(1, 0, 5), part(2, 7, 3)], false),
        (vec![part(1, 2, 5)], false),
        (vec![part(10_000, 5, 5)], true),
        (vec![part(10_001, 5, 5)], false),
        (vec![part(1, 0, 11)], false),
        (vec![part(2, u64::MAX, 5)], false),
    ] {
        let shown = format!("{parts:?}");
        let kept = sum([ticket(), upload()].into_iter().chain(parts)).expect("a sound order");
        assert_eq!(kept.is_sound(10), expected, "{shown}");
    }
}

#[test]
fn debug_elides_what_is_secret() {
    assert!(!format!("{:?}", ticket()).contains("canary"));
    assert!(!format!("{:?}", published()).contains("Expires"));
}

/// The lines of a journal, with their checksums.
fn lines(records: Vec<Record>) -> Vec<Vec<u8>> {
    let mut chain = file::Chain::default();
    let mut lines = vec![chain.line(&header())];
    lines.extend(records.iter().map(|record| chain.line(record)));
    lines
}

proptest! {
    /// Whatever happens to the bytes, what is read is a state that was written, or nothing.
    #[test]
    fn damage_gives_a_state_of_before_or_nothing(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..3),
        moved in proptest::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
        doubled in proptest::option::of(any::<prop::sample::Index>()),
        cut in any::<prop::sample::Index>(),
    ) {
        let records = vec![ticket(), upload(), part(1, 0, 2), part(2, 2, 2), part(3, 4, 2), Record::Completing];
        let mut lines = lines(records);
        if let Some((from, to)) = moved {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            lines.swap(from, to);
        }
        if let Some(at) = doubled {
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
        }
        let mut text = lines.concat();
        for (at, flip) in flips {
            let at = at.index(text.len());
            text[at] ^= flip;
        }
        text.truncate(cut.index(text.len() + 1));
        if let file::Found::Kept { kept, good_bytes, .. } = file::read(&text, &header()) {
            let parts = match &kept.stage {
                Stage::Sending(_, open) => open.parts.clone(),
                _ => Vec::new(),
            };
            let expected = [part(1, 0, 2), part(2, 2, 2), part(3, 4, 2)];
            prop_assert_eq!(
                format!("{:?}", parts.into_iter().map(Record::Part).collect::<Vec<_>>()),
                format!("{:?}", &expected[..parts_of(&kept)])
            );
            prop_assert!(good_bytes <= text.len() as u64);
        }
    }
}
