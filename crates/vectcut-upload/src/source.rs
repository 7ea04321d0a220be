//! The local file: looked at before anything is sent, read in ranges, looked at again afterwards.

use std::{
    fs::{File, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use oss_client::Crc64Digest;

use crate::{SourceAction, UploadError, journal::Identity};

/// A regular file, open for reading, and how it looked when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    path: PathBuf,
    file: Arc<File>,
    seen: Look,
}

/// What changes when a file is written to or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    len_bytes: u64,
    modified: Option<SystemTime>,
    /// Device and inode, where the system has them.
    identity: Option<(u64, u64)>,
}

impl SourceFile {
    /// Opens a file and looks at it; nothing but a regular file is opened, since a FIFO would wait for a writer.
    pub(crate) async fn open(path: &Path) -> Result<Self, UploadError> {
        let path = path.to_owned();
        blocking(move || {
            let failed = |action, source| UploadError::Source {
                path: path.clone(),
                action,
                source,
            };
            let metadata =
                std::fs::metadata(&path).map_err(|source| failed(SourceAction::Find, source))?;
            if !metadata.is_file() {
                return Err(UploadError::NotAFile {
                    kind: kind(&metadata),
                    path,
                });
            }
            let file = File::open(&path).map_err(|source| failed(SourceAction::Open, source))?;
            let metadata = file
                .metadata()
                .map_err(|source| failed(SourceAction::Open, source))?;
            // Files that a system makes up while they are read, as under `/proc`, say that they are empty.
            let more = |source| failed(SourceAction::Read, source);
            if metadata.len() == 0 && read_at(&file, &mut [0], 0).map_err(more)? > 0 {
                let kind = "a file whose length the system does not know";
                return Err(UploadError::NotAFile { path, kind });
            }
            Ok(Self {
                seen: Look::new(&metadata),
                file: Arc::new(file),
                path,
            })
        })
        .await
    }

    /// Returns the path as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what tells this file from others and from itself after a change.
    pub(crate) async fn identity(&self) -> Result<Identity, UploadError> {
        let Self { path, file, seen } = self.clone();
        blocking(move || {
            let canonical = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            let fingerprint = fingerprint(&file, seen.len_bytes).map_err(|source| {
                let action = SourceAction::Read;
                UploadError::Source {
                    path,
                    action,
                    source,
                }
            })?;
            let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
            Ok(Identity {
                path: canonical.to_string_lossy().into_owned(),
                len_bytes: seen.len_bytes,
                modified_ns: seen
                    .modified
                    .and_then(since_epoch)
                    .map(|time| time.as_nanos()),
                inode: seen.identity.map(|(_, inode)| inode),
                fingerprint,
            })
        })
        .await
    }

    /// Returns the length in bytes that the file had when it was opened.
    pub(crate) fn len_bytes(&self) -> u64 {
        self.seen.len_bytes
    }

    /// Returns the open file, to be read by position.
    pub(crate) fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Looks again.
    ///
    /// # Errors
    ///
    /// Fails with [`UploadError::Changed`] when the file was written to, replaced or removed since it was opened.
    pub(crate) async fn check_unchanged(&self) -> Result<(), UploadError> {
        let Self { path, seen, .. } = self.clone();
        blocking(move || match std::fs::metadata(&path) {
            Ok(metadata) if Look::new(&metadata) == seen => Ok(()),
            _ => Err(UploadError::Changed { path }),
        })
        .await
    }
}

impl Look {
    fn new(metadata: &Metadata) -> Self {
        Self {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Names what is there instead of a regular file.
fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let file_type = metadata.file_type();
        if file_type.is_fifo() {
            return "a FIFO, whose length nobody knows";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_block_device() || file_type.is_char_device() {
            return "a device";
        }
    }
    "not a regular file"
}

/// How much of each end of a file its fingerprint covers.
const END_BYTES: u64 = 64 * 1024;

/// How many places in between it looks at, and how much it reads at each.
const SAMPLES: u64 = 8;
const SAMPLE_BYTES: u64 = 4 * 1024;

/// Returns a CRC-64 over head, tail and samples: what an editor or a download that goes on would change, at the price
/// of some reads whatever the length.
fn fingerprint(file: &File, len_bytes: u64) -> io::Result<u64> {
    let ends = [
        (0, END_BYTES),
        (len_bytes.saturating_sub(END_BYTES), END_BYTES),
    ];
    let samples = (1..=SAMPLES).map(|index| (len_bytes / (SAMPLES + 1) * index, SAMPLE_BYTES));
    let mut digest = Crc64Digest::new();
    let mut buffer = Vec::new();
    for (offset, wanted) in ends.into_iter().chain(samples) {
        buffer.resize(
            usize::try_from(wanted.min(len_bytes - offset)).unwrap_or_default(),
            0,
        );
        let count = read_at(file, &mut buffer, offset)?;
        digest.update(&buffer[..count]);
    }
    Ok(digest.value().value())
}

/// Reads as many bytes as there are at `offset`, up to the length of `buffer`.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads as many bytes as there are at `offset`, up to the length of `buffer`.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Fills `buffer` from `offset` if the system has all of it in memory, and returns whether it did; never waits for a disk.
#[cfg(target_os = "linux")]
pub(crate) fn read_cached(file: &File, buffer: &mut [u8], offset: u64) -> bool {
    let len_bytes = buffer.len();
    let mut slices = [io::IoSliceMut::new(buffer)];
    let read = rustix::io::preadv2(
        file,
        &mut slices,
        offset,
        rustix::io::ReadWriteFlags::NOWAIT,
    );
    read.is_ok_and(|count| count == len_bytes)
}

/// Elsewhere nothing tells whether a read would wait.
#[cfg(not(target_os = "linux"))]
pub(crate) fn read_cached(_: &File, _: &mut [u8], _: u64) -> bool {
    false
}

/// Runs what may wait for a disk or a network share away from the threads that serve sockets.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(UploadError::Runtime {
            source: error.into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_grew_or_was_replaced_has_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("clip.mp4");
        std::fs::write(&path, "one").expect("a file");
        let source = SourceFile::open(&path).await.expect("it is there");
        source.check_unchanged().await.expect("nobody touched it");

        std::fs::write(&path, "more").expect("a longer file");
        assert!(matches!(
            source.check_unchanged().await,
            Err(UploadError::Changed { .. })
        ));
        std::fs::remove_file(&path).expect("removed");
        assert!(matches!(
            source.check_unchanged().await,
            Err(UploadError::Changed { .. })
        ));
    }

    #[tokio::test]
    async fn the_fingerprint_sees_head_tail_and_middle() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("clip.mp4");
        let mut prints = std::collections::HashSet::new();
        for touched in [None, Some(0), Some(999_999), Some(444_500)] {
            let mut bytes = vec![7; 1_000_000];
            touched.into_iter().for_each(|at: usize| bytes[at] = 8);
            std::fs::write(&path, bytes).expect("a file");
            let identity = SourceFile::open(&path)
                .await
                .expect("it is there")
                .identity()
                .await
                .expect("readable");
            prints.insert(identity.fingerprint);
        }
        assert_eq!(prints.len(), 4);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_that_hides_its_length_is_refused_instead_of_going_up_empty() {
        let error = SourceFile::open(Path::new("/proc/self/status"))
            .await
            .expect_err("it has bytes and claims none");
        assert!(matches!(error, UploadError::NotAFile { .. }), "{error:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("empty.mp4");
        std::fs::write(&path, "").expect("an empty file");
        SourceFile::open(&path).await.expect("empty indeed");
    }

    #[tokio::test]
    async fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = SourceFile::open(folder.path())
            .await
            .expect_err("a directory");
        assert!(
            matches!(
                error,
                UploadError::NotAFile {
                    kind: "a directory",
                    ..
                }
            ),
            "{error:?}"
        );
        let error = SourceFile::open(&folder.path().join("none"))
            .await
            .expect_err("nothing is there");
        assert!(
            matches!(
                error,
                UploadError::Source {
                    action: SourceAction::Find,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}
