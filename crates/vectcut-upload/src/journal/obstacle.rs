//! Why nothing can be kept of an upload.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a journal cannot be opened or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// In one line.
    pub(crate) reason: String,
    /// The folder whose disk is full, if that is why.
    pub(crate) full: Option<PathBuf>,
}

impl Obstacle {
    /// An obstacle that no disk is to blame for.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            full: None,
        }
    }

    /// What the system said about a file in `folder`.
    pub(crate) fn of_disk(what: &str, error: &io::Error, folder: &Path) -> Self {
        Self {
            reason: format!("{what}: {error}"),
            full: is_disk_full(error).then(|| folder.to_owned()),
        }
    }
}

/// Returns whether the disk, or what this user may have of it, is full.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
