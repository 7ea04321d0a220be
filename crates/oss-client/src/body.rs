//! A request's body on its way out: counted, hashed, of the length that was announced, and watched for standing still.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use crate::{Crc64, Crc64Digest};

/// How long nothing may move before a request is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long the connection may take no further byte of the body.
    pub stalled: Duration,
    /// How long the answer may take, at least, after the last byte was handed over, which buffers still hold then: a body
    /// that took longer is allowed as long again.
    pub answer: Duration,
}

impl Default for Patience {
    /// Thirty seconds without a byte, two minutes for the answer.
    fn default() -> Self {
        Self {
            stalled: Duration::from_secs(30),
            answer: Duration::from_secs(120),
        }
    }
}

/// What is known of a body from outside while the HTTP library owns it.
#[derive(Debug, Clone)]
pub(crate) struct Watch(Arc<Mutex<Progress>>);

#[derive(Debug)]
struct Progress {
    sent_bytes: u64,
    announced_bytes: u64,
    digest: Crc64Digest,
    begun: Instant,
    moved: Instant,
    failure: Option<BodyFailure>,
}

/// Why a body ended early.
#[derive(Debug)]
pub(crate) enum BodyFailure {
    Read(io::Error),
    Length { given_bytes: u64 },
}

impl Watch {
    pub(crate) fn new(announced_bytes: u64) -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(Progress {
            sent_bytes: 0,
            announced_bytes,
            digest: Crc64Digest::new(),
            begun: now,
            moved: now,
            failure: None,
        })))
    }

    /// Resolves when nothing has moved for longer than `patience` allows.
    pub(crate) async fn stalled(&self, patience: Patience) {
        loop {
            let deadline = self.with(|progress| {
                let all_sent = progress.sent_bytes == progress.announced_bytes;
                let limit = match all_sent {
                    // What still lies in buffers takes no longer than all of it has taken so far.
                    true => patience.answer.max(progress.moved - progress.begun),
                    false => patience.stalled,
                };
                progress.moved + limit
            });
            if deadline <= Instant::now() {
                return;
            }
            // The limit changes when the last byte goes; so it is looked at in time for the shorter one.
            let look_again = Instant::now() + patience.stalled.min(patience.answer);
            tokio::time::sleep_until(deadline.min(look_again)).await;
        }
    }

    /// Returns the CRC-64 of the bytes that were handed over.
    pub(crate) fn crc64(&self) -> Crc64 {
        self.with(|progress| progress.digest.value())
    }

    /// Returns why the body ended early, if it did.
    pub(crate) fn take_failure(&self) -> Option<BodyFailure> {
        self.with(|progress| progress.failure.take())
    }

    /// No code panics while it holds the lock, so a poisoned one holds sound values.
    fn with<T>(&self, read: impl FnOnce(&mut Progress) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The body that the HTTP library reads from.
pub(crate) struct Watched<B> {
    inner: Pin<Box<B>>,
    watch: Watch,
}

impl<B> Watched<B> {
    pub(crate) fn new(inner: B, watch: Watch) -> Self {
        Self {
            inner: Box::pin(inner),
            watch,
        }
    }
}

impl<B: Body<Data = Bytes, Error = io::Error>> Body for Watched<B> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let polled = self.inner.as_mut().poll_frame(context);
        self.watch.with(|progress| progress.observe(polled))
    }

    fn is_end_stream(&self) -> bool {
        self.watch
            .with(|progress| progress.sent_bytes == progress.announced_bytes)
    }

    fn size_hint(&self) -> SizeHint {
        self.watch
            .with(|progress| SizeHint::with_exact(progress.announced_bytes - progress.sent_bytes))
    }
}

impl Progress {
    fn observe(
        &mut self,
        polled: Poll<Option<io::Result<Frame<Bytes>>>>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let missing_bytes = self.announced_bytes - self.sent_bytes;
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) if missing_bytes == 0 => Poll::Ready(None),
            Poll::Ready(None) => self.fail(BodyFailure::Length {
                given_bytes: self.sent_bytes,
            }),
            Poll::Ready(Some(Err(error))) => self.fail(BodyFailure::Read(error)),
            Poll::Ready(Some(Ok(frame))) => {
                let len_bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                if len_bytes > missing_bytes {
                    return self.fail(BodyFailure::Length {
                        given_bytes: self.sent_bytes + len_bytes,
                    });
                }
                if let Some(data) = frame.data_ref() {
                    self.digest.update(data);
                }
                self.sent_bytes += len_bytes;
                self.moved = Instant::now();
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    /// Keeps the reason, since the HTTP library's own error buries it, and breaks the request off.
    fn fail(&mut self, failure: BodyFailure) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.failure = Some(failure);
        Poll::Ready(Some(Err(io::Error::other("the body ended early"))))
    }
}
