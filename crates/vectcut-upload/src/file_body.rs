//! A range of the file as the body of a request, read in chunks when the connection asks for them.

use std::{
    fs::File,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::{
    task::JoinHandle,
    time::{Sleep, sleep_until},
};

use crate::{
    chunks::{Chunk, ChunkPool},
    clock,
    pace::Pace,
    plan::PartRange,
    source::{read_at, read_cached},
    tally::Tally,
};

/// How much is read at a time.
///
/// Large enough that a read pays for its call, small enough that the bytes are still in the processor's cache when they
/// are hashed and encrypted.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A body that is read from a file by position. Memory: one chunk, and those that the connection has not sent yet.
pub(crate) struct FileBody {
    file: Arc<File>,
    /// Where the next read begins, and where the range ends.
    offset: u64,
    end: u64,
    /// A chunk that has to come from the disk, read where waiting for it holds up nobody.
    reading: Option<JoinHandle<io::Result<Chunk>>>,
    /// A chunk that was read and waits for its time.
    held_back: Option<(Bytes, Pin<Box<Sleep>>)>,
    pool: Arc<ChunkPool>,
    pace: Option<Arc<Pace>>,
    given_bytes: u64,
    tally: Arc<Tally>,
}

impl FileBody {
    /// Returns the body for a range; what it hands over counts as in flight in `tally` until the body is dropped.
    pub(crate) fn new(
        file: Arc<File>,
        range: PartRange,
        pool: Arc<ChunkPool>,
        pace: Option<Arc<Pace>>,
        tally: Arc<Tally>,
    ) -> Self {
        let PartRange {
            offset, len_bytes, ..
        } = range;
        let end = offset + len_bytes;
        Self {
            file,
            offset,
            end,
            pool,
            reading: None,
            held_back: None,
            pace,
            given_bytes: 0,
            tally,
        }
    }

    /// Resolves to the next chunk as soon as it is read.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.reading.is_none() {
            let chunk_bytes = self
                .pace
                .as_ref()
                .map_or(CHUNK_BYTES, |pace| pace.chunk_bytes().min(CHUNK_BYTES));
            let wanted = chunk_bytes.min(self.end - self.offset);
            if wanted == 0 {
                return Poll::Ready(None);
            }
            let (file, offset) = (self.file.clone(), self.offset);
            self.offset += wanted;
            let mut chunk = self
                .pool
                .take(usize::try_from(wanted).unwrap_or(usize::MAX));
            // What the system has in memory is had at once; a hand-over to another thread would cost more than the read.
            if read_cached(&file, chunk.as_mut(), offset) {
                return Poll::Ready(Some(Ok(chunk.into_bytes())));
            }
            self.reading = Some(tokio::task::spawn_blocking(move || {
                read_chunk(&file, chunk, offset)
            }));
        }
        let Some(reading) = self.reading.as_mut() else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        let read = read.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        Poll::Ready(Some(read.map(Chunk::into_bytes)))
    }

    /// Resolves to the next chunk as soon as it is read and the pace allows it.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(pace) = self.pace.clone() else {
            return self.poll_read(context);
        };
        if self.held_back.is_none() {
            let Some(chunk) = ready!(self.poll_read(context)) else {
                return Poll::Ready(None);
            };
            let chunk = chunk?;
            let go_at = pace.book(chunk.len() as u64, clock::timer());
            self.held_back = Some((chunk, Box::pin(sleep_until(go_at))));
        }
        if let Some((_, wait)) = &mut self.held_back {
            ready!(wait.as_mut().poll(context));
        }
        Poll::Ready(self.held_back.take().map(|(chunk, _)| Ok(chunk)))
    }
}

/// Fills a chunk; a file that ends within it has changed, and a body that ends early says so.
fn read_chunk(file: &File, mut chunk: Chunk, offset: u64) -> io::Result<Chunk> {
    let mut filled = 0;
    while filled < chunk.as_ref().len() {
        match read_at(file, &mut chunk.as_mut()[filled..], offset + filled as u64) {
            Ok(0) => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the file became shorter",
                ));
            }
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(chunk)
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let chunk = ready!(self.poll_chunk(context));
        if let Some(Ok(chunk)) = &chunk {
            self.given_bytes += chunk.len() as u64;
            self.tally.take_off(chunk.len() as u64);
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

impl Drop for FileBody {
    fn drop(&mut self) {
        self.tally.land(self.given_bytes);
    }
}
