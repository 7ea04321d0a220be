//! Receives a body into a temporary file: written, counted and hashed on a thread that may block.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use md5::{Digest as _, Md5};
use tempfile::{NamedTempFile, TempPath};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Chunks between the socket and the disk; they bound the memory of one body.
const CHUNKS_MAX: usize = 4;

/// A body that is being written. If it is dropped before [`finish`](Self::finish), nothing is left behind.
#[derive(Debug)]
pub(crate) struct Receiving {
    sender: mpsc::Sender<Bytes>,
    writer: JoinHandle<io::Result<Received>>,
}

/// A complete body, in a temporary file that is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) file: TempPath,
    pub(crate) len_bytes: u64,
    pub(crate) crc64: u64,
    pub(crate) md5: [u8; 16],
}

impl Receiving {
    pub(super) fn start(dir: PathBuf) -> Self {
        let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
        Self {
            sender,
            writer: tokio::task::spawn_blocking(move || write(receiver, &dir)),
        }
    }

    /// Writes the next bytes; waits while the disk is behind. After the disk failed it drops them, and
    /// [`finish`](Self::finish) returns the error.
    pub(crate) async fn push(&self, bytes: Bytes) {
        drop(self.sender.send(bytes).await);
    }

    /// Waits until all bytes are written.
    pub(crate) async fn finish(self) -> io::Result<Received> {
        drop(self.sender);
        self.writer.await.map_err(io::Error::other)?
    }
}

impl Received {
    /// Returns the MD5 as OSS's ETags have it: hexadecimal, upper case.
    pub(crate) fn md5_hex(&self) -> String {
        self.md5.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Receives bytes in memory.
    pub(super) fn of(bytes: &[u8], dir: &Path) -> io::Result<Self> {
        let mut writing = Writing::start(dir)?;
        writing.push(bytes)?;
        Ok(writing.finish())
    }
}

/// A temporary file that is being written, counted and hashed.
struct Writing {
    file: NamedTempFile,
    len_bytes: u64,
    crc: Crc,
    md5: Md5,
}

impl Writing {
    fn start(dir: &Path) -> io::Result<Self> {
        Ok(Self {
            file: NamedTempFile::new_in(dir)?,
            len_bytes: 0,
            crc: Crc::new(CrcAlgorithm::Crc64Xz),
            md5: Md5::new(),
        })
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.crc.update(bytes);
        self.md5.update(bytes);
        self.len_bytes += bytes.len() as u64;
        Ok(())
    }

    fn finish(self) -> Received {
        Received {
            file: self.file.into_temp_path(),
            len_bytes: self.len_bytes,
            crc64: self.crc.finalize(),
            md5: self.md5.finalize().into(),
        }
    }
}

fn write(mut chunks: mpsc::Receiver<Bytes>, dir: &Path) -> io::Result<Received> {
    let mut writing = Writing::start(dir)?;
    while let Some(bytes) = chunks.blocking_recv() {
        writing.push(&bytes)?;
    }
    Ok(writing.finish())
}
