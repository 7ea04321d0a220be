//! A range of a file as the body of a response, read a chunk ahead of the socket.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

const CHUNK_BYTES: u64 = 256 * 1024;

/// The bytes of a range of a file, in order.
#[derive(Debug)]
pub(crate) struct FileBody {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    left_bytes: u64,
}

impl FileBody {
    /// Starts to read `range` of `file`.
    pub(crate) fn new(file: File, range: Range<u64>) -> Self {
        let (sender, chunks) = mpsc::channel(2);
        let left_bytes = range.end - range.start;
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(file, range, &sender) {
                // Sending fails when the connection is gone.
                drop(sender.blocking_send(Err(error)));
            }
        });
        Self { chunks, left_bytes }
    }
}

fn read(
    mut file: File,
    range: Range<u64>,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut left_bytes = range.end - range.start;
    while left_bytes > 0 {
        let len = usize::try_from(left_bytes.min(CHUNK_BYTES)).map_err(io::Error::other)?;
        let mut chunk = vec![0; len];
        file.read_exact(&mut chunk)?;
        left_bytes -= len as u64;
        if sender.blocking_send(Ok(chunk.into())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.chunks.poll_recv(cx).map(|chunk| {
            let chunk = chunk?;
            if let Ok(bytes) = &chunk {
                self.left_bytes = self.left_bytes.saturating_sub(bytes.len() as u64);
            }
            Some(chunk.map(Frame::data))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left_bytes)
    }
}
