//! Where a sandbox keeps its state: a directory of its owner's, which one sandbox at a time may use, or a temporary one.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

const LOCK_FILE: &str = "lock";

/// The directory with a sandbox's state, for as long as the sandbox runs.
#[derive(Debug)]
pub(crate) enum StateDir {
    /// The owner's, locked against a second sandbox.
    Kept { path: PathBuf, _lock: File },
    /// One that goes with the sandbox.
    Temporary(TempDir),
}

impl StateDir {
    /// Opens the owner's directory, or makes it; it holds keys, so nobody else may read it.
    pub(crate) fn kept(path: PathBuf) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
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

    /// Makes a temporary directory.
    pub(crate) fn temporary() -> io::Result<Self> {
        tempfile::Builder::new()
            .prefix("vectcut-sandbox-")
            .tempdir()
            .map(Self::Temporary)
    }

    /// Returns the directory.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Temporary(dir) => dir.path(),
        }
    }
}
