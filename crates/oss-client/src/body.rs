//! A request's body while it is sent: counted, hashed, of the announced length, and watched for stalls.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::{
    Crc64, Crc64Digest, Error,
    clock::{self, Instant, SLEEP_MAX},
};

/// How long a request with a body may stall before it is given up.
///
/// Time in which the process was stopped, for instance by Ctrl-Z, does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Patience {
    /// How long the connection may accept no byte of the body.
    pub stalled: Duration,
    /// Minimum wait for the response after the last byte is written; buffers still hold some of the body then.
    /// If sending took longer, that time is allowed instead.
    pub response: Duration,
}

impl Default for Patience {
    /// Thirty seconds without a byte, two minutes for the response.
    fn default() -> Self {
        Self {
            stalled: Duration::from_secs(30),
            response: Duration::from_secs(120),
        }
    }
}

impl Patience {
    /// Sets how long the connection may accept no byte of the body. `Duration::MAX` means for ever.
    #[must_use]
    pub fn stalled(mut self, stalled: Duration) -> Self {
        self.stalled = stalled;
        self
    }

    /// Sets the minimum wait for the response after the last byte. `Duration::MAX` means for ever.
    #[must_use]
    pub fn response(mut self, response: Duration) -> Self {
        self.response = response;
        self
    }
}

/// The progress of a body, seen from outside while the HTTP library owns the body.
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

impl BodyFailure {
    /// Returns the error of the request whose body it is.
    pub(crate) fn into_error(self, announced_bytes: u64) -> Error {
        match self {
            Self::Read(source) => Error::Body { source },
            Self::Length { given_bytes } => Error::BodyLength {
                announced_bytes,
                given_bytes,
            },
        }
    }
}

impl Watch {
    pub(crate) fn new(announced_bytes: u64) -> Self {
        let now = clock::now();
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
            let left = self.with(|progress| progress.time_left(patience, clock::now()));
            if left.is_zero() {
                return;
            }
            // The limit changes after the last byte, so never sleep longer than the shorter one.
            let time = left.min(patience.stalled).min(patience.response);
            if clock::sleep(time.min(SLEEP_MAX)).await {
                self.with(Progress::restart_wait);
            }
        }
    }

    /// Returns the CRC-64 of the bytes that were sent.
    pub(crate) fn crc64(&self) -> Crc64 {
        self.with(|progress| progress.digest.value())
    }

    /// Returns why the body ended early, if it did.
    pub(crate) fn take_failure(&self) -> Option<BodyFailure> {
        self.with(|progress| progress.failure.take())
    }

    /// No code panics while it holds the lock, so the values of a poisoned one are consistent.
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
    /// Returns how long the present wait may last from `now` on. The patience may be longer than a clock can count.
    fn time_left(&self, patience: Patience, now: Instant) -> Duration {
        let limit = match self.sent_bytes == self.announced_bytes {
            // Sending what the buffers still hold takes no longer than sending all of it has taken.
            true => patience.response.max(self.moved - self.begun),
            false => patience.stalled,
        };
        limit.saturating_sub(now.saturating_duration_since(self.moved))
    }

    /// Starts the present wait again, after the process was stopped in the middle of it.
    fn restart_wait(&mut self) {
        let now = clock::now();
        self.begun += now - self.moved;
        self.moved = now;
    }

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
                self.moved = clock::now();
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    /// Ends the request, and keeps the reason, which the HTTP library's own error would hide.
    fn fail(&mut self, failure: BodyFailure) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.failure = Some(failure);
        Poll::Ready(Some(Err(io::Error::other("the body ended early"))))
    }
}
