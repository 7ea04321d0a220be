//! Journals that are written, read, locked and removed, on disks that may fail.

mod records;

use std::{path::PathBuf, time::Duration};

use oss_client::{BucketName, Crc64, ObjectKey};
use vectcut_api::{Secret, SignedUrl, StsCredentials};

use super::{folder::Folder, *};
use crate::{
    clock,
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

/// A disk that hangs: a pipe that nobody reads.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_hangs_holds_up_no_upload_and_promises_nothing() {
    let (reader, pipe) = std::io::pipe().expect("a pipe");
    let journal = Journal::new(writer::Open {
        file: std::os::fd::OwnedFd::from(pipe).into(),
        path: PathBuf::new(),
        header: header(),
        chain: file::Chain::default(),
    })
    .expect("a thread");
    // A pipe holds less.
    let megabyte = Record::Upload {
        upload_id: "U".repeat(1024 * 1024),
    };
    let appending = clock::monotonic();
    journal.append(megabyte);
    journal.append(Record::Completing);
    assert!(clock::since(appending) < Duration::from_secs(1));
    journal.flush(Duration::from_millis(50)).await;
    assert!(!journal.close(Duration::from_millis(50)).await, "it hangs");
    drop(reader);
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_nothing_is_written_behind_the_gap() {
    let shelf = Shelf::new();
    let path = shelf.written().await;
    let before = std::fs::read(&path).expect("it is there");
    let journal = Journal::new(writer::Open {
        // Open for reading only, so that every write fails.
        file: std::fs::File::open(&path).expect("it is there"),
        path: path.clone(),
        header: header(),
        chain: file::Chain::default(),
    })
    .expect("a thread");
    assert!(journal.keeps());
    journal.append(Record::Completing);
    journal.flush(SOON).await;
    assert!(!journal.keeps());
    let Obstacle { reason, full } = journal.failure().expect("it failed");
    assert!(reason.contains("could not be written"), "{reason}");
    assert_eq!(full, None, "the disk has room");
    journal.append(Record::Completing);
    assert!(journal.close(SOON).await);
    assert_eq!(std::fs::read(&path).expect("it is there"), before);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_named_by_its_folder() {
    let journal = Journal::new(writer::Open {
        // Every write to it fails as on a full disk.
        file: std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("a device of every Linux"),
        path: "/state/uploads/1.journal".into(),
        header: header(),
        chain: file::Chain::default(),
    })
    .expect("a thread");
    journal.append(Record::Completing);
    journal.flush(SOON).await;
    let obstacle = journal.failure().expect("it failed");
    assert_eq!(obstacle.full.as_deref(), Some("/state/uploads".as_ref()));
}
