//! The local file: checked before anything is sent, read in ranges, and checked again afterwards.

mod fingerprint;
mod look;
mod opening;
mod read;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use oss_client::Crc64;
use serde::{Deserialize, Serialize};

use crate::{FileKind, SourceAction, UploadError, blocking::blocking};

use look::Look;

pub(crate) use look::Mark;
pub(crate) use opening::Opening;
pub(crate) use read::{read_at, read_cached};

/// How much is read between two reports of progress.
const READ_AT_ONCE_BYTES: u64 = 8 * 1024 * 1024;

/// A regular file, open for reading, and how it looked when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    path: PathBuf,
    opening: Opening,
    file: Arc<File>,
    seen: Look,
    canonical: String,
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

impl SourceFile {
    /// Opens a file and looks at it. Only a regular file is opened.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Source`] or [`UploadError::NotAFile`].
    pub(crate) async fn open(path: &Path) -> Result<Self, UploadError> {
        Self::open_as(path, Opening::ByPath).await
    }

    /// As [`open`](Self::open). The file that `opening` gives is the one at `path`.
    pub(crate) async fn open_as(path: &Path, opening: Opening) -> Result<Self, UploadError> {
        let path = path.to_owned();
        blocking(move || open_regular(&path, opening))
            .await
            .map_err(UploadError::runtime)?
    }

    /// Returns the path as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path without links and dots. Bytes that are not UTF-8 are replaced.
    pub(crate) fn canonical_path(&self) -> &str {
        &self.canonical
    }

    /// Returns what shows without reading that the file is as it was when it was opened, where the system has that.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.seen.mark
    }

    /// Returns the same if every later change will show in it. The file must have been as it is until `now`.
    pub(crate) fn settled_mark(&self, now: SystemTime) -> Option<Mark> {
        self.seen.mark.filter(|mark| mark.is_settled(now))
    }

    /// Reads a few samples, and returns what tells this file from others, and from itself after a change.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Source`] when the samples cannot be read.
    pub(crate) async fn identity(&self) -> Result<Identity, UploadError> {
        let (file, len_bytes) = (self.file(), self.len_bytes());
        let fingerprint = blocking(move || fingerprint::fingerprint(&file, len_bytes))
            .await
            .map_err(UploadError::runtime)?;
        let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        let modified = self.seen.modified.and_then(since_epoch);
        Ok(Identity {
            path: self.canonical.clone(),
            len_bytes,
            modified_ns: modified.map(|time| time.as_nanos()),
            inode: self.seen.mark.map(|mark| mark.inode),
            fingerprint: fingerprint.map_err(|source| self.unreadable(source))?,
        })
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
    /// Fails with [`UploadError::Changed`] when the bytes differ, and with [`UploadError::Source`] when the file is gone.
    pub(crate) async fn check_unchanged(&self, crc64: Crc64) -> Result<(), UploadError> {
        let Self {
            path,
            opening,
            seen,
            ..
        } = self.clone();
        let is_same = blocking(move || {
            let file = opening.open(&path)?;
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
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(UploadError::Source {
                path: self.path.clone(),
                action: SourceAction::Find,
                source,
            }),
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
        crc64.map_err(|source| self.unreadable(source))
    }

    /// Returns the CRC-64 of the whole file, read from the disk. `on_progress` hears how many bytes are read so far.
    ///
    /// # Errors
    ///
    /// As [`crc64`](Self::crc64).
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the reading after a few megabytes.
    pub(crate) async fn whole_crc64(
        &self,
        on_progress: impl Fn(u64),
    ) -> Result<Crc64, UploadError> {
        let (mut crc64, mut offset, end) = (Crc64::EMPTY, 0, self.len_bytes());
        while offset < end {
            let len_bytes = READ_AT_ONCE_BYTES.min(end - offset);
            crc64 = crc64.followed_by(self.crc64(offset, len_bytes).await?, len_bytes);
            offset += len_bytes;
            on_progress(offset);
        }
        Ok(crc64)
    }

    fn unreadable(&self, source: io::Error) -> UploadError {
        UploadError::Source {
            path: self.path.clone(),
            action: SourceAction::Read,
            source,
        }
    }

    fn changed(&self) -> UploadError {
        UploadError::Changed {
            path: self.path.clone(),
        }
    }
}

fn open_regular(path: &Path, opening: Opening) -> Result<SourceFile, UploadError> {
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
    if let Opening::ByPath = opening {
        // A directory cannot be opened everywhere, so its kind is looked up by name first. The open file decides.
        let metadata = std::fs::metadata(path).map_err(failed(SourceAction::Find))?;
        if !metadata.is_file() {
            return Err(not_a_file(kind(&metadata)));
        }
    }
    let file = opening.open(path).map_err(failed(SourceAction::Open))?;
    let metadata = file.metadata().map_err(failed(SourceAction::Open))?;
    if !metadata.is_file() {
        return Err(not_a_file(kind(&metadata)));
    }
    // Files that a system makes up while they are read, as under `/proc`, claim to be empty.
    let read = failed(SourceAction::Read);
    if metadata.len() == 0 && read_at(&file, &mut [0], 0).map_err(read)? > 0 {
        return Err(not_a_file(FileKind::UnknownLength));
    }
    let canonical = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Ok(SourceFile {
        path: path.to_owned(),
        opening,
        file: Arc::new(file),
        seen: Look::new(&metadata),
        canonical: canonical.to_string_lossy().into_owned(),
    })
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
