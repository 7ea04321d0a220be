//! What was sent, kept across runs: one append-only file for each upload, locked while a process works on it.
//!
//! The file holds credentials, so only its owner can read it. Nothing depends on it for correctness: without it, or with
//! a damaged one, the upload starts anew. It is not flushed to the disk: a killed process loses nothing, and after a
//! power cut a few parts are sent again.

mod record;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use record::{
    Credentials, Header, Identity, Kept, KeptPlace, KeptUrl, Record, SafePart, VERSION,
};

/// A journal longer than this is not one of ours: ten thousand parts take about two megabytes.
const JOURNAL_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How long the journal of an upload that nobody continued is kept. OSS may have removed the parts long before.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An open and locked journal, or none when no state can be kept.
#[derive(Debug)]
pub(crate) struct Journal {
    open: Option<(File, PathBuf)>,
}

/// What opening a journal found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing to go on from.
    Nothing,
    /// An upload of the same file with the same settings.
    Kept(Box<Kept>),
    /// An upload of the file as it was before it changed.
    FileChanged,
}

/// Why a journal could not be opened now.
#[derive(Debug)]
pub(crate) enum Unavailable {
    /// Another process works on the same upload.
    Locked,
    /// A newer version of the program wrote it.
    Newer,
    /// The state directory cannot be used.
    Io(io::Error),
}

impl Journal {
    /// Returns a journal that keeps nothing.
    pub(crate) fn none() -> Self {
        Self { open: None }
    }

    /// Opens and locks the journal `name` in `folder`, which is created if need be, and reads it.
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        header: &Header,
    ) -> Result<(Self, Found), Unavailable> {
        create_private_folder(folder).map_err(Unavailable::Io)?;
        let path = folder.join(format!("{name}.jsonl"));
        let mut file = open_locked(&path)?;
        let mut text = Vec::new();
        (&mut file)
            .take(JOURNAL_MAX_BYTES)
            .read_to_end(&mut text)
            .map_err(Unavailable::Io)?;

        let (found, good_bytes) = read(&text, header)?;
        let mut journal = Self {
            open: Some((file, path)),
        };
        if !matches!(found, Found::Kept(_)) {
            journal.start_over(header);
        } else {
            journal.cut(good_bytes);
        }
        Ok((journal, found))
    }

    /// Forgets everything and writes the header.
    pub(crate) fn start_over(&mut self, header: &Header) {
        if let Some((file, _)) = &mut self.open {
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            self.give_up_on(emptied);
        }
        self.write_line(header);
    }

    /// Cuts off what a killed process did not finish: it must not stand before the next line.
    fn cut(&mut self, len_bytes: usize) {
        if let Some((file, _)) = &mut self.open {
            let len_bytes = len_bytes as u64;
            let cut = file
                .set_len(len_bytes)
                .and_then(|()| file.seek(io::SeekFrom::Start(len_bytes)));
            let cut = cut.map(drop);
            self.give_up_on(cut);
        }
    }

    /// Appends a record.
    pub(crate) fn append(&mut self, record: &Record) {
        self.write_line(record);
    }

    /// Removes the journal: the upload is finished.
    pub(crate) fn remove(&mut self) {
        if let Some((_, path)) = self.open.take() {
            remove(&path);
        }
    }

    fn write_line(&mut self, line: &impl serde::Serialize) {
        // A struct of texts and numbers always serializes.
        if let Ok(mut line) = serde_json::to_vec(line) {
            line.push(b'\n');
            self.write(&line);
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some((file, _)) = &mut self.open {
            let written = file.write_all(bytes);
            self.give_up_on(written);
        }
    }

    /// A full disk must not stop an upload; a later run just cannot go on from here.
    fn give_up_on(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the journal cannot be written, a later run may send parts again");
            self.remove();
        }
    }
}

/// Removes the journal at `path`; that it is gone already is fine.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "a finished journal could not be removed");
    }
}

/// Removes journals that nobody has written to for a month; one that is locked is in use.
pub(crate) fn sweep(folder: &Path, now: std::time::SystemTime) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified
            .ok()
            .and_then(|modified| now.duration_since(modified).ok());
        let is_old = age.is_some_and(|age| age > KEPT_FOR);
        if is_old
            && path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            && open_locked(&path).is_ok()
        {
            remove(&path);
        }
    }
}

/// Opens and locks a file, and sees that it is still the one with that name: whoever held the lock may have removed it.
fn open_locked(path: &Path) -> Result<File, Unavailable> {
    loop {
        // Not in append mode: Windows lets nobody cut a file that was opened for appending.
        let file = private(
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false),
        )
        .open(path)
        .map_err(Unavailable::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Unavailable::Locked),
            // A file system without locks: two processes at once then only waste each other's parts.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "the journal cannot be locked")
            }
        }
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// An open file cannot be removed there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Creates a folder that only its owner can look into.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Adds up a journal's lines, and says where the last good one ends. A line that cannot be read ends the reading: what
/// follows may build on it.
fn read(text: &[u8], header: &Header) -> Result<(Found, usize), Unavailable> {
    let mut lines = text
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"));
    let Some(first) = lines.next() else {
        return Ok((Found::Nothing, 0));
    };
    let version = serde_json::from_slice::<serde_json::Value>(first)
        .ok()
        .and_then(|line| line.get("journal")?.as_u64());
    if version.is_some_and(|version| version > u64::from(VERSION)) {
        return Err(Unavailable::Newer);
    }
    match serde_json::from_slice::<Header>(first) {
        Ok(kept) if kept == *header => {}
        Ok(kept) if kept.file.path == header.file.path => return Ok((Found::FileChanged, 0)),
        _ => return Ok((Found::Nothing, 0)),
    }
    let (mut kept, mut good_bytes) = (Kept::default(), first.len());
    for line in lines {
        let Ok(record) = serde_json::from_slice(line) else {
            break;
        };
        kept.apply(record);
        good_bytes += line.len();
    }
    let found = if kept.is_sound(header.file.len_bytes) {
        Found::Kept(Box::new(kept))
    } else {
        Found::Nothing
    };
    Ok((found, good_bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            base_url: "https://open.vectcut.com".into(),
            endpoint: "https://oss-cn-hangzhou.aliyuncs.com".into(),
            name: "clip.mp4".into(),
            content_type: "video/mp4".into(),
        }
    }

    fn ticket() -> Record {
        let secret = || vectcut_api::Secret::new("s");
        let credentials = vectcut_api::StsCredentials::new("id".into(), secret(), secret(), None);
        Record::Ticket {
            bucket: "bkt".into(),
            object_key: "k".into(),
            region: None,
            credentials: Credentials::from(&credentials),
        }
    }

    fn part(number: u32) -> Record {
        let offset = u64::from(number - 1) * 2;
        Record::Part(SafePart {
            number,
            offset,
            len_bytes: 2,
            etag: "E".into(),
            crc64: 0,
        })
    }

    /// Writes a journal with a ticket, an upload and three parts, and returns its folder and text.
    fn written() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut journal, found) =
            Journal::open(folder.path(), "j", &header()).expect("a new journal");
        assert!(matches!(found, Found::Nothing));
        journal.append(&ticket());
        journal.append(&Record::Upload {
            upload_id: "U".into(),
        });
        (1..=3).for_each(|number| journal.append(&part(number)));
        let path = folder.path().join("j.jsonl");
        (folder, path)
    }

    fn kept_parts(folder: &tempfile::TempDir) -> Option<usize> {
        match Journal::open(folder.path(), "j", &header())
            .expect("it opens")
            .1
        {
            Found::Kept(kept) => Some(kept.parts.len()),
            _ => None,
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        assert_eq!(kept_parts(&written().0), Some(3));
    }

    #[test]
    fn a_torn_last_line_is_ignored_and_does_not_swallow_the_next() {
        let (folder, path) = written();
        let mut text = std::fs::read(&path).expect("it is there");
        text.truncate(text.len() - 9);
        std::fs::write(&path, text).expect("torn");
        let (mut journal, _) = Journal::open(folder.path(), "j", &header()).expect("it opens");
        journal.append(&part(3));
        drop(journal);
        assert_eq!(kept_parts(&folder), Some(3));
    }

    #[test]
    fn a_changed_file_starts_anew() {
        let (folder, _) = written();
        let mut changed = header();
        changed.file.fingerprint = 8;
        let (_, found) = Journal::open(folder.path(), "j", &changed).expect("it opens");
        assert!(matches!(found, Found::FileChanged));
    }

    #[test]
    fn a_newer_version_is_left_alone() {
        let (folder, path) = written();
        let newer = "{\"journal\":2,\"anything\":true}\n";
        std::fs::write(&path, newer).expect("a newer journal");
        assert!(matches!(
            Journal::open(folder.path(), "j", &header()),
            Err(Unavailable::Newer)
        ));
        assert_eq!(std::fs::read_to_string(&path).expect("still there"), newer);
    }

    #[test]
    fn a_second_process_finds_it_locked() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Journal::open(folder.path(), "j", &header()).expect("the first");
        assert!(matches!(
            Journal::open(folder.path(), "j", &header()),
            Err(Unavailable::Locked)
        ));
        drop(first);
        Journal::open(folder.path(), "j", &header()).expect("the lock is gone with its owner");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = written();
        let mode = std::fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_old_journal_is_swept_and_a_fresh_one_is_not() {
        let (folder, path) = written();
        let written_at = std::fs::metadata(&path)
            .and_then(|metadata| metadata.modified())
            .expect("its time");
        sweep(folder.path(), written_at + KEPT_FOR);
        assert!(path.exists());
        sweep(
            folder.path(),
            written_at + KEPT_FOR + Duration::from_secs(60),
        );
        assert!(!path.exists());
    }

    proptest! {
        #[test]
        fn no_damage_panics_or_gives_parts_that_were_not_written(at in 0..900_usize, byte: u8, cut in 0..900_usize) {
            let (folder, path) = written();
            let mut text = std::fs::read(&path).expect("it is there");
            let len = text.len();
            text[at % len] = byte;
            text.truncate(cut % (len + 1));
            std::fs::write(&path, text).expect("damaged");
            prop_assert!(kept_parts(&folder).unwrap_or_default() <= 3);
        }
    }
}
