//! A range of the file as a request body, read in chunks when the connection asks for them.

use std::{
    fs::File,
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::{
    task::JoinHandle,
    time::{Sleep, sleep_until},
};

use crate::{
    clock,
    limits::{
        buffers::{Buffer, BufferPool},
        pace::Pace,
    },
    policy::plan::{PartRange, StreamRate},
    run::Run,
    source::{read_at, read_cached},
    tally::Tally,
};

/// The largest chunk.
///
/// A larger one needs fewer calls; a smaller one is still in the processor's cache when it is hashed and encrypted.
const CHUNK_MAX_BYTES: u64 = 256 * 1024;

/// The chunk for a connection that is slow or not measured yet. Progress shows only when the connection asks for the next
/// chunk: sixteen connections share 200 kbit/s in such a way that each takes 42 seconds for this much.
const CHUNK_MIN_BYTES: u64 = 64 * 1024;

/// A body that reads a file by position. Memory: one chunk, and those that the connection has not sent yet.
pub(crate) struct FileBody {
    file: Arc<File>,
    /// Where the next read begins. The range ends at `end`.
    offset: u64,
    end: u64,
    /// A chunk that is read from the disk, on a thread for blocking calls.
    reading: Option<JoinHandle<io::Result<Buffer>>>,
    /// A chunk that the rate limit delays.
    held_back: Option<(Bytes, Pin<Box<Sleep>>)>,
    pool: Arc<BufferPool>,
    pace: Option<Arc<Pace>>,
    chunk_bytes: u64,
    in_flight: Arc<InFlight>,
}

/// Bytes given to the connection. They count as in flight until the caller drops its handle after the response: the HTTP
/// library drops the body with its last chunk, long before a slow connection has sent it.
pub(crate) struct InFlight {
    given_bytes: AtomicU64,
    connected_at: OnceLock<Instant>,
    tally: Arc<Tally>,
}

impl FileBody {
    /// Returns the body for a range of the file, for a connection of this rate.
    pub(crate) fn new(run: &Run<'_>, range: PartRange, rate: StreamRate) -> Self {
        let shared = run.shared;
        let chunk_bytes = chunk_bytes(rate, shared.pace.as_deref());
        Self {
            file: run.source.file(),
            offset: range.offset,
            end: range.offset + range.len_bytes,
            pool: shared.buffers.clone(),
            reading: None,
            held_back: None,
            pace: shared.pace.clone(),
            chunk_bytes,
            in_flight: Arc::new(InFlight {
                given_bytes: AtomicU64::new(0),
                connected_at: OnceLock::new(),
                tally: run.tally.clone(),
            }),
        }
    }

    /// Returns the handle that keeps this body's bytes counted as in flight. Hold it until the response is there.
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
            // Cached pages are read here: handing the read to another thread costs more than the read.
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
        Poll::Ready(Some(read.map(Buffer::into_bytes)))
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

/// Returns how much to read at a time.
fn chunk_bytes(rate: StreamRate, pace: Option<&Pace>) -> u64 {
    let measured = rate
        .bytes_per_second
        .clamp(CHUNK_MIN_BYTES, CHUNK_MAX_BYTES);
    pace.map_or(measured, |pace| pace.chunk_bytes().min(measured))
}

/// Fills a chunk. A file that ends before the chunk does has changed.
fn read_chunk(file: &File, mut chunk: Buffer, offset: u64) -> io::Result<Buffer> {
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
        self.in_flight.connected_at.get_or_init(clock::monotonic);
        let chunk = ready!(self.poll_chunk(context));
        if let Some(Ok(chunk)) = &chunk {
            self.in_flight.add(chunk.len() as u64);
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

impl InFlight {
    /// Returns when the body was asked for its first chunk. The HTTP library does so once it has a connection.
    pub(crate) fn connected_at(&self) -> Option<Instant> {
        self.connected_at.get().copied()
    }

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
    fn body() -> (FileBody, Arc<Tally>) {
        let file = tempfile::tempfile().expect("a file");
        let end = 1024 * 1024;
        file.set_len(end).expect("its length");
        let tally = Arc::new(Tally::default());
        let body = FileBody {
            file: Arc::new(file),
            offset: 0,
            end,
            reading: None,
            held_back: None,
            pool: Arc::default(),
            pace: None,
            chunk_bytes: CHUNK_MIN_BYTES,
            in_flight: Arc::new(InFlight {
                given_bytes: AtomicU64::new(0),
                connected_at: OnceLock::new(),
                tally: tally.clone(),
            }),
        };
        (body, tally)
    }

    async fn next(body: &mut FileBody) -> Option<usize> {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        frame.expect("readable").data_ref().map(Bytes::len)
    }

    #[tokio::test]
    async fn bytes_are_in_flight_until_the_response_though_the_body_is_gone() {
        let (mut body, tally) = body();
        let in_flight = body.in_flight();
        while next(&mut body).await.is_some() {}
        drop(body);
        assert_eq!(tally.sent_bytes(), 1024 * 1024);
        drop(in_flight);
        assert_eq!(tally.sent_bytes(), 0);
    }

    #[test]
    fn a_connection_that_may_be_slow_gets_small_chunks() {
        for (bytes_per_second, expected) in [
            (0, CHUNK_MIN_BYTES),
            (1000, CHUNK_MIN_BYTES),
            (100_000, 100_000),
            (u64::MAX, CHUNK_MAX_BYTES),
        ] {
            let rate = StreamRate {
                last_part_bytes: 1,
                bytes_per_second,
            };
            assert_eq!(chunk_bytes(rate, None), expected);
        }
    }
}
