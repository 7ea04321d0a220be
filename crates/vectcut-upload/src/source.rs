//! The local file: checked before anything is sent, read in ranges, and checked again afterwards.

mod fingerprint;
mod read;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use oss_client::Crc64;
use serde::{Deserialize, Serialize};

use crate::{FileKind, SourceAction, UploadError, blocking::blocking};

pub(crate) use read::{read_at, read_cached};

/// A regular file, open for reading, and how it looked when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    path: PathBuf,
    file: Arc<File>,
    seen: Look,
    identity: Identity,
}

/// What tells a file from any other, and from itself after it was written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Canonical. Bytes that are not UTF-8 are replaced; the fingerprint makes up for it.
    pub(crate) path: String,
    pub(crate) len_bytes: u64,
    pub(crate) modified_ns: Option<u128>,
    /// Without the device, whose number may change with the next mount.
    pub(crate) inode: Option<u64>,
    /// CRC-64 over head, tail and samples.
    pub(crate) fingerprint: u64,
}

/// What changes when a file is written to or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    len_bytes: u64,
    modified: Option<SystemTime>,
    /// Device, inode and time of the last change of any kind, where the system has them. No program can set that time.
    system: Option<(u64, u64, i64, i64)>,
}

impl SourceFile {
    /// Opens a file and looks at it. Only a regular file is opened.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Source`] or [`UploadError::NotAFile`].
    pub(crate) async fn open(path: &Path) -> Result<Self, UploadError> {
        let path = path.to_owned();
        blocking(move || open_regular(&path))
            .await
            .map_err(UploadError::runtime)?
    }

    /// Returns the path as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what tells this file from others, and from itself after a change.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the length in bytes that the file had when it was opened.
    pub(crate) fn len_bytes(&self) -> u64 {
        self.seen.len_bytes
    }

    /// Returns the open file, to be read by position.
    pub(crate) fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Looks at the open file: cheap enough for every part, so that a growing file is found out early.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Changed`] when its length or its time of modification changed.
    pub(crate) async fn check_growth(&self) -> Result<(), UploadError> {
        let Self { file, seen, .. } = self.clone();
        let metadata = blocking(move || file.metadata())
            .await
            .map_err(UploadError::runtime)?;
        match metadata {
            Ok(now) if (now.len(), now.modified().ok()) == (seen.len_bytes, seen.modified) => {
                Ok(())
            }
            _ => Err(self.changed()),
        }
    }

    /// Checks that the path still leads to the bytes whose CRC-64 is `crc64`.
    ///
    /// If nothing about the file changed, nothing is read. Otherwise all of it is read again: a program may have renamed
    /// it, set its times or its mode, and that does not change the bytes.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Changed`] when the bytes differ, or the file is gone.
    pub(crate) async fn check_unchanged(&self, crc64: Crc64) -> Result<(), UploadError> {
        let Self { path, seen, .. } = self.clone();
        let is_same = blocking(move || {
            let file = open_without_waiting(&path)?;
            let metadata = file.metadata()?;
            if Look::new(&metadata) == seen {
                return Ok(true);
            }
            io::Result::Ok(
                metadata.len() == seen.len_bytes
                    && fingerprint::crc64(&file, 0, metadata.len())? == crc64,
            )
        })
        .await
        .map_err(UploadError::runtime)?;
        match is_same {
            Ok(true) => Ok(()),
            _ => Err(self.changed()),
        }
    }

    /// Returns the CRC-64 of a range, read from the disk.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Source`] when the range cannot be read.
    pub(crate) async fn crc64(&self, offset: u64, len_bytes: u64) -> Result<Crc64, UploadError> {
        let file = self.file();
        let crc64 = blocking(move || fingerprint::crc64(&file, offset, len_bytes))
            .await
            .map_err(UploadError::runtime)?;
        crc64.map_err(|source| UploadError::Source {
            path: self.path.clone(),
            action: SourceAction::Read,
            source,
        })
    }

    fn changed(&self) -> UploadError {
        UploadError::Changed {
            path: self.path.clone(),
        }
    }
}

fn open_regular(path: &Path) -> Result<SourceFile, UploadError> {
    let failed = |action| {
        move |source| UploadError::Source {
            path: path.to_owned(),
            action,
            source,
        }
    };
    let not_a_file = |kind| UploadError::NotAFile {
        path: path.to_owned(),
        kind,
    };
    // A directory cannot be opened everywhere, so its kind is looked up by name first. The open file decides.
    let metadata = std::fs::metadata(path).map_err(failed(SourceAction::Find))?;
    if !metadata.is_file() {
        return Err(not_a_file(kind(&metadata)));
    }
    let file = open_without_waiting(path).map_err(failed(SourceAction::Open))?;
    let metadata = file.metadata().map_err(failed(SourceAction::Open))?;
    if !metadata.is_file() {
        return Err(not_a_file(kind(&metadata)));
    }
    // Files that a system makes up while they are read, as under `/proc`, claim to be empty.
    let read = failed(SourceAction::Read);
    if metadata.len() == 0 && read_at(&file, &mut [0], 0).map_err(&read)? > 0 {
        return Err(not_a_file(FileKind::UnknownLength));
    }
    let seen = Look::new(&metadata);
    let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
    let canonical = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let identity = Identity {
        path: canonical.to_string_lossy().into_owned(),
        len_bytes: seen.len_bytes,
        modified_ns: seen
            .modified
            .and_then(since_epoch)
            .map(|time| time.as_nanos()),
        inode: seen.system.map(|(_, inode, ..)| inode),
        fingerprint: fingerprint::fingerprint(&file, seen.len_bytes).map_err(read)?,
    };
    Ok(SourceFile {
        path: path.to_owned(),
        file: Arc::new(file),
        seen,
        identity,
    })
}

/// Opens a file for reading. A FIFO that took the place of the file since does not hold up the caller.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    options.open(path)
}

impl Look {
    fn new(metadata: &Metadata) -> Self {
        Self {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            system: system(metadata),
        }
    }
}

#[cfg(unix)]
fn system(metadata: &Metadata) -> Option<(u64, u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((
        metadata.dev(),
        metadata.ino(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    ))
}

#[cfg(not(unix))]
fn system(_: &Metadata) -> Option<(u64, u64, i64, i64)> {
    None
}

/// Names what is there instead of a regular file.
fn kind(metadata: &Metadata) -> FileKind {
    if metadata.is_dir() {
        return FileKind::Directory;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let file_type = metadata.file_type();
        if file_type.is_fifo() {
            return FileKind::Pipe;
        }
        if file_type.is_socket() {
            return FileKind::Socket;
        }
        if file_type.is_block_device() || file_type.is_char_device() {
            return FileKind::Device;
        }
    }
    FileKind::Other
}
