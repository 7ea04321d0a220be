//! A range of the file as the body of a request, read in chunks when the connection asks for them.

use std::{
    fs::File,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
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
    policy::plan::{PartRange, StreamRate},
    source::{read_at, read_cached},
    tally::Tally,
};

/// The most that is read at a time.
///
/// Large enough that a read pays for its call, small enough that the bytes are still in the processor's cache when they
/// are hashed and encrypted.
const CHUNK_MAX_BYTES: u64 = 256 * 1024;

/// How much is read at a time for a stream that is slow or not measured yet: whether it moves shows only when it asks for
/// the next chunk, and sixteen streams on a line of 200 kbit/s take this much each in 42 seconds.
const CHUNK_MIN_BYTES: u64 = 64 * 1024;

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
    chunk_bytes: u64,
    in_flight: Arc<InFlight>,
}

/// What a body has handed over; it counts as in flight until whoever waits for the answer lets go of it as well. The HTTP
/// library drops a body with its last chunk, long before a slow line has taken it.
pub(crate) struct InFlight {
    given_bytes: AtomicU64,
    tally: Arc<Tally>,
}

impl FileBody {
    /// Returns the body for a range, to be sent on a stream of this rate.
    pub(crate) fn new(
        file: Arc<File>,
        range: PartRange,
        rate: StreamRate,
        pool: Arc<ChunkPool>,
        pace: Option<Arc<Pace>>,
        tally: Arc<Tally>,
    ) -> Self {
        let PartRange {
            offset, len_bytes, ..
        } = range;
        let end = offset + len_bytes;
        let measured = rate
            .bytes_per_second
            .clamp(CHUNK_MIN_BYTES, CHUNK_MAX_BYTES);
        let chunk_bytes = pace
            .as_ref()
            .map_or(measured, |pace| pace.chunk_bytes().min(measured));
        Self {
            file,
            offset,
            end,
            pool,
            reading: None,
            held_back: None,
            pace,
            chunk_bytes,
            in_flight: Arc::new(InFlight {
                given_bytes: AtomicU64::new(0),
                tally,
            }),
        }
    }

    /// Returns what keeps this body's bytes counted as in flight, to be held until the answer is there.
    pub(crate) fn in_flight(&self) -> Arc<InFlight> {
        self.in_flight.clone()
    }

    /// Resolves to the next chunk as soon as it is read.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.reading.is_none() {
            let wanted = self.chunk_bytes.min(self.end - self.offset);
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
            self.in_flight.add(chunk.len() as u64);
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

impl InFlight {
    fn add(&self, bytes: u64) {
        self.given_bytes.fetch_add(bytes, Relaxed);
        self.tally.take_off(bytes);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.tally.land(self.given_bytes.load(Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// The body of a file of a megabyte, and its counters.
    fn body(rate: StreamRate) -> (FileBody, Arc<Tally>) {
        let file = tempfile::tempfile().expect("a file");
        let len_bytes = 1024 * 1024;
        file.set_len(len_bytes).expect("its length");
        let whole = PartRange {
            number: 1,
            offset: 0,
            len_bytes,
        };
        let tally = Arc::new(Tally::default());
        let body = FileBody::new(
            Arc::new(file),
            whole,
            rate,
            Arc::default(),
            None,
            tally.clone(),
        );
        (body, tally)
    }

    async fn next(body: &mut FileBody) -> Option<usize> {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        frame.expect("readable").data_ref().map(Bytes::len)
    }

    #[tokio::test]
    async fn bytes_are_in_flight_until_the_answer_though_the_body_is_gone() {
        let (mut body, tally) = body(StreamRate::default());
        let in_flight = body.in_flight();
        while next(&mut body).await.is_some() {}
        drop(body);
        assert_eq!(tally.sent_bytes(), 1024 * 1024);
        drop(in_flight);
        assert_eq!(tally.sent_bytes(), 0);
    }

    #[tokio::test]
    async fn a_stream_that_may_be_slow_gets_small_chunks() {
        for (bytes_per_second, expected) in [
            (0, CHUNK_MIN_BYTES),
            (1000, CHUNK_MIN_BYTES),
            (100_000, 100_000),
            (u64::MAX, CHUNK_MAX_BYTES),
        ] {
            let (mut body, _) = body(StreamRate {
                last_part_bytes: 1,
                bytes_per_second,
            });
            assert_eq!(next(&mut body).await.map(|len| len as u64), Some(expected));
        }
    }
}
