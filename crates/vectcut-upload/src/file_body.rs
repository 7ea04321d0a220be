//! A range of the file as the body of a request: read in chunks, one chunk ahead of the connection.

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

use crate::{clock, pace::Pace, plan::PartRange, source::read_at, tally::Tally};

/// How much is read at a time.
///
/// Large enough that one read pays for its hand-over between threads, small enough that it is still in the processor's
/// cache when it is hashed and sent.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A body that is read from a file by position. Memory: two chunks, whatever the length.
pub(crate) struct FileBody {
    file: Arc<File>,
    /// Where the next read begins, and where the range ends.
    offset: u64,
    end: u64,
    /// The chunk that is being read while the one before it is being sent.
    ahead: Option<JoinHandle<io::Result<Bytes>>>,
    /// A chunk that was read and waits for its time.
    held_back: Option<(Bytes, Pin<Box<Sleep>>)>,
    pace: Option<Arc<Pace>>,
    given_bytes: u64,
    tally: Arc<Tally>,
}

impl FileBody {
    /// Returns the body for a range; what it hands over counts as in flight in `tally` until the body is dropped.
    pub(crate) fn new(
        file: Arc<File>,
        range: PartRange,
        pace: Option<Arc<Pace>>,
        tally: Arc<Tally>,
    ) -> Self {
        let PartRange {
            offset, len_bytes, ..
        } = range;
        Self {
            file,
            offset,
            end: offset + len_bytes,
            ahead: None,
            held_back: None,
            pace,
            given_bytes: 0,
            tally,
        }
    }

    /// Begins to read the next chunk when there is one.
    fn read_ahead(&mut self) {
        let chunk_bytes = self
            .pace
            .as_ref()
            .map_or(CHUNK_BYTES, |pace| pace.chunk_bytes().min(CHUNK_BYTES));
        let wanted = chunk_bytes.min(self.end - self.offset);
        if wanted == 0 {
            return;
        }
        let (file, offset) = (self.file.clone(), self.offset);
        self.offset += wanted;
        self.ahead = Some(tokio::task::spawn_blocking(move || {
            read_chunk(&file, offset, wanted)
        }));
    }

    /// Resolves to the next chunk as soon as it is read and the pace allows it.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.held_back.is_none() {
            if self.ahead.is_none() {
                self.read_ahead();
            }
            let Some(reading) = self.ahead.as_mut() else {
                return Poll::Ready(None);
            };
            let read = ready!(Pin::new(reading).poll(context));
            self.ahead = None;
            let chunk = read.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))?;
            self.read_ahead();
            match &self.pace {
                None => return Poll::Ready(Some(Ok(chunk))),
                Some(pace) => {
                    let go_at = pace.book(chunk.len() as u64, clock::timer());
                    self.held_back = Some((chunk, Box::pin(sleep_until(go_at))));
                }
            }
        }
        if let Some((_, wait)) = &mut self.held_back {
            ready!(wait.as_mut().poll(context));
        }
        Poll::Ready(self.held_back.take().map(|(chunk, _)| Ok(chunk)))
    }
}

/// Reads a whole chunk; a file that ends within it has changed, and a body that ends early says so.
fn read_chunk(file: &File, offset: u64, wanted: u64) -> io::Result<Bytes> {
    let mut chunk = vec![0; usize::try_from(wanted).unwrap_or(usize::MAX)];
    let mut filled = 0;
    while filled < chunk.len() {
        match read_at(file, &mut chunk[filled..], offset + filled as u64) {
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
    Ok(chunk.into())
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
