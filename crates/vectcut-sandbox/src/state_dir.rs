//! Where a sandbox keeps its state: a directory of its owner, for one sandbox at a time, or a temporary one.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::store::private_dir;

const LOCK_FILE: &str = "lock";

/// The directory with a sandbox's state, for as long as the sandbox runs.
#[derive(Debug)]
pub(crate) enum StateDir {
    /// A directory of the owner, locked against a second sandbox.
    Kept { path: PathBuf, _lock: File },
    /// A directory that the sandbox removes when it ends.
    Temporary(TempDir),
}

impl StateDir {
    /// Opens the owner's directory, or makes it. It holds keys, so nobody else may write to it.
    pub(crate) fn kept(path: PathBuf) -> io::Result<Self> {
        private_dir(&path)?;
        refuse_writable_by_others(&path)?;
        let lock = File::create(path.join(LOCK_FILE))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Kept { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("`{}` is in use by another sandbox", path.display());
                Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Makes a temporary directory that only its owner may enter.
    pub(crate) fn temporary() -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("vectcut-sandbox-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        builder.tempdir().map(Self::Temporary)
    }

    /// Returns the directory.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Temporary(dir) => dir.path(),
        }
    }
}

/// Refuses a directory in which another user could replace the sandbox's files.
#[cfg(unix)]
fn refuse_writable_by_others(path: &Path) -> io::Result<()> {
    let mode = std::os::unix::fs::MetadataExt::mode(&path.metadata()?);
    if mode & 0o022 == 0 {
        return Ok(());
    }
    let path = path.display();
    let message = format!("other users can write to `{path}`; run `chmod go-w '{path}'`");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

/// On other systems a folder inherits its access rights.
#[cfg(not(unix))]
fn refuse_writable_by_others(_: &Path) -> io::Result<()> {
    Ok(())
}
