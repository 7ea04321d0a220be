//! The folder of the journals: how one is named, opened, waited for, and removed.
//!
//! All of this may wait for a disk, so it runs away from the tasks that feed the connections.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek},
    path::Path,
    time::{Duration, SystemTime},
};

use oss_client::Crc64Digest;

use super::{
    file::{self, Found},
    kept::Kept,
    obstacle::Obstacle,
    record::Header,
    writer::{Journal, Open, remove},
};
use crate::{blocking::blocking, policy::history::History, stage::Stage, state_dir::StateDir};

/// A journal longer than this is not one of ours: ten thousand parts take about two megabytes.
const JOURNAL_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How long the journal of an upload that nobody resumed is kept. OSS may have removed the parts long before.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long to wait before looking again whether another process is done with the same upload.
const LOCK_POLL: Duration = Duration::from_millis(100);

/// The end of a journal's file name.
pub(super) const EXTENSION: &str = "journal";

/// The end of the file names of an earlier format, which had no checksums and is not read.
const EXTENSION_OF_FORMAT_1: &str = "jsonl";

/// The folder of the journals.
#[derive(Debug, Clone)]
pub(crate) struct Folder(pub(super) StateDir);

/// A journal and what it says.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    pub(crate) kept: Kept,
    /// An upload of the file as it was before it changed. Its parts are of no use any more.
    pub(crate) abandoned: Option<Stage>,
    pub(crate) note: Option<Note>,
}

/// What the caller should hear about a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// The file changed since an earlier run.
    FileChanged,
    /// Nothing can be kept, and why.
    NotKept(Obstacle),
}

/// What one try to open a journal came to.
enum Attempt {
    Opened(Box<Opened>),
    /// Another process works on the same upload; its file stays open meanwhile.
    Locked(File),
}

impl Folder {
    /// Opens the folder, and creates it if need be.
    ///
    /// # Errors
    ///
    /// As [`StateDir::open`].
    pub(crate) fn open(state_dir: &StateDir) -> io::Result<Self> {
        state_dir.folder("uploads").map(Self)
    }

    /// Opens and locks the journal of an upload. `on_wait` is called once if another process works on it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the journal as it was.
    pub(crate) async fn journal(&self, header: &Header, on_wait: impl FnOnce()) -> Opened {
        let mut on_wait = Some(on_wait);
        let mut waited_for = None;
        loop {
            let (folder, header, file) = (self.clone(), header.clone(), waited_for.take());
            let attempt = blocking(move || folder.attempt(&header, file)).await;
            match attempt.unwrap_or_else(Err) {
                Ok(Attempt::Opened(opened)) => return *opened,
                Ok(Attempt::Locked(file)) => waited_for = Some(file),
                Err(error) => {
                    let what = "the state directory cannot be used";
                    return Opened::not_kept(Obstacle::of_disk(what, &error, self.0.root()));
                }
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait();
            }
            tokio::time::sleep(LOCK_POLL).await;
        }
    }

    /// Tries to lock the journal: `waited_for`, or the file that has its name now.
    fn attempt(&self, header: &Header, waited_for: Option<File>) -> io::Result<Attempt> {
        let name = name(header);
        let waited = waited_for.is_some();
        let file = match waited_for {
            Some(file) => file,
            None => self.0.open_file(&name)?,
        };
        if !lock(&file) {
            return Ok(Attempt::Locked(file));
        }
        let path = self.0.path(&name);
        if is_at(&file, &path) {
            return read(file, &path, header).map(Box::new).map(Attempt::Opened);
        }
        // Whoever held the lock has removed the file: the upload is done, and this process waited for its result.
        if waited
            && let Found::Kept { kept, .. } = file::read(&text(&file)?, header)
            && matches!(kept.stage, Stage::Published(..))
        {
            return self.take_over(*kept, header).map(Attempt::Opened);
        }
        self.attempt(header, None)
    }

    /// Opens the journal anew for a result that another process got.
    fn take_over(&self, kept: Kept, header: &Header) -> io::Result<Box<Opened>> {
        let attempt = self.attempt(header, None)?;
        Ok(Box::new(match attempt {
            Attempt::Opened(opened) => Opened { kept, ..*opened },
            // A third process has it already; this one keeps nothing.
            Attempt::Locked(_) => Opened {
                journal: Journal::none(),
                kept,
                abandoned: None,
                note: None,
            },
        }))
    }

    /// Removes the journal of a finished upload, unless another process has begun the same upload since.
    ///
    /// The journal is ours if it ends with the object key that this process published.
    pub(crate) async fn forget(&self, header: Header, object_key: String) {
        let folder = self.clone();
        let _ = blocking(move || {
            let name = name(&header);
            // Another process may have removed it. To create it again would leave an empty one behind.
            let file = folder.0.open_existing(&name)?;
            let path = folder.0.path(&name);
            if lock(&file)
                && is_at(&file, &path)
                && let Found::Kept { kept, .. } = file::read(&text(&file)?, &header)
                && let Stage::Published(place, ..) = kept.stage
                && place.object_key.as_str() == object_key
            {
                remove(&path);
            }
            io::Result::Ok(())
        })
        .await;
    }

    /// Removes the journal of an upload that is of no use any more, unless another process works on it.
    pub(crate) async fn discard(&self, upload: SameUpload<'_>) {
        let (folder, name) = (self.clone(), name_of(upload));
        let _ = blocking(move || folder.remove_unused(&name)).await;
    }

    /// Removes a journal. Returns false while another process works on it.
    pub(super) fn remove_unused(&self, name: &str) -> io::Result<bool> {
        let file = self.0.open_existing(name)?;
        let path = self.0.path(name);
        if !lock(&file) {
            return Ok(false);
        }
        if is_at(&file, &path) {
            remove(&path);
        }
        Ok(true)
    }

    /// Removes journals that nobody has written to for a month, and those of the first format. A locked one is in use.
    pub(crate) fn sweep(&self, now: SystemTime) {
        let Ok(entries) = std::fs::read_dir(self.0.path("")) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            let is_old = match extension {
                Some(EXTENSION) => is_older(&path, now, KEPT_FOR),
                // It holds credentials, and nothing reads it any more.
                Some(EXTENSION_OF_FORMAT_1) => true,
                _ => false,
            };
            let name = entry.file_name();
            if is_old && let Some(name) = name.to_str() {
                let _ = self.remove_unused(name);
            }
        }
    }
}

impl Opened {
    /// Keeps nothing, and nothing is said about it.
    pub(crate) fn nothing() -> Self {
        Self {
            journal: Journal::none(),
            kept: Kept::default(),
            abandoned: None,
            note: None,
        }
    }

    pub(crate) fn not_kept(obstacle: Obstacle) -> Self {
        Self {
            note: Some(Note::NotKept(obstacle)),
            ..Self::nothing()
        }
    }
}

/// What makes it the same upload: path, account, base URL, endpoint, name and content type.
pub(crate) type SameUpload<'a> = [&'a str; 6];

/// Names the journal after what makes it the same upload.
fn name(header: &Header) -> String {
    name_of([
        &header.file.path,
        &header.account,
        &header.base_url,
        &header.endpoint,
        &header.name,
        &header.content_type,
    ])
}

fn name_of(upload: SameUpload<'_>) -> String {
    let mut digest = Crc64Digest::new();
    for text in upload {
        digest.update(text.as_bytes());
        // Between two texts, so that moving a letter from one to the next makes a difference.
        digest.update(&[0]);
    }
    format!("{:016x}.{EXTENSION}", digest.value().value())
}

/// Locks a file. One on a file system without locks counts as locked by us: two processes then only waste parts.
pub(super) fn lock(file: &File) -> bool {
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => {
            tracing::debug!(%error, "the journal cannot be locked");
            true
        }
    }
}

pub(super) fn text(mut file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.rewind()?;
    file.take(JOURNAL_MAX_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// Reads a locked journal, and cuts off what cannot be read: it must not stand before the next record.
fn read(mut file: File, path: &Path, header: &Header) -> io::Result<Opened> {
    let (mut note, mut abandoned) = (None, None);
    let found = match file::read(&text(&file)?, header) {
        Found::Newer => {
            let reason = "a newer version of this program works on the same upload";
            return Ok(Opened::not_kept(Obstacle::new(reason)));
        }
        Found::FileChanged(kept) => {
            note = Some(Note::FileChanged);
            abandoned = Some(kept.stage);
            None
        }
        Found::Nothing => None,
        Found::Kept {
            kept,
            good_bytes,
            chain,
        } => Some((*kept, good_bytes, *chain)),
    };
    let is_new = found.is_none();
    let (kept, good_bytes, chain) = found.unwrap_or_default();
    file.set_len(good_bytes)?;
    file.seek(io::SeekFrom::Start(good_bytes))?;
    let journal = Journal::new(Open {
        file,
        path: path.to_owned(),
        header: header.clone(),
        chain,
    })?;
    if is_new {
        journal.start_over(History::default());
    }
    Ok(Opened {
        journal,
        kept,
        abandoned,
        note,
    })
}

fn is_older(path: &Path, now: SystemTime, age: Duration) -> bool {
    std::fs::symlink_metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|modified| now.duration_since(modified).ok())
        .is_some_and(|since| since > age)
}

/// Returns whether an open file still has its name: another process may have removed it, and made a new one.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// As above.
#[cfg(windows)]
fn is_at(file: &File, path: &Path) -> bool {
    use same_file::Handle;
    let open = file.try_clone().and_then(Handle::from_file);
    matches!((open, Handle::from_path(path)), (Ok(open), Ok(there)) if open == there)
}
