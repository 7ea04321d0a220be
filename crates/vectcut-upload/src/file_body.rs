//! A range of the file as the body of a request: read in chunks, one chunk ahead of the connection.

use std::{
    fs::File,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{sync::watch, task::JoinHandle};

use crate::source::read_at;

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
    given_bytes: u64,
    given: watch::Sender<u64>,
}

impl FileBody {
    /// Returns the body for `len_bytes` from `offset`, and how many of them were handed over so far.
    pub(crate) fn new(
        file: Arc<File>,
        offset: u64,
        len_bytes: u64,
    ) -> (Self, watch::Receiver<u64>) {
        let (given, receiver) = watch::channel(0);
        let body = Self {
            file,
            offset,
            end: offset + len_bytes,
            ahead: None,
            given_bytes: 0,
            given,
        };
        (body, receiver)
    }

    /// Begins to read the next chunk when there is one.
    fn read_ahead(&mut self) {
        let wanted = CHUNK_BYTES.min(self.end - self.offset);
        if wanted == 0 {
            return;
        }
        let (file, offset) = (self.file.clone(), self.offset);
        self.offset += wanted;
        self.ahead = Some(tokio::task::spawn_blocking(move || {
            read_chunk(&file, offset, wanted)
        }));
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
        if self.ahead.is_none() {
            self.read_ahead();
        }
        let Some(reading) = self.ahead.as_mut() else {
            return Poll::Ready(None);
        };
        let chunk = std::task::ready!(Pin::new(reading).poll(context));
        self.ahead = None;
        let chunk = match chunk {
            Ok(chunk) => chunk?,
            Err(stopped) => return Poll::Ready(Some(Err(io::Error::other(stopped)))),
        };
        self.read_ahead();
        self.given_bytes += chunk.len() as u64;
        let given_bytes = self.given_bytes;
        self.given.send_replace(given_bytes);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
