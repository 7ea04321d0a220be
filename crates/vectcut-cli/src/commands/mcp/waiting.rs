//! How a call waits for an upload: with progress for the client, not longer than it may, and until the client cancels.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, Sleep, interval, sleep};

use super::batch::{Batch, Progress};
use crate::amounts;
use crate::words::{Language, Text, mcp as say};

/// How often a client that asked for progress hears of it.
const TICK: Duration = Duration::from_secs(3);

/// A call that waits. Its time counts from when it is made.
pub(super) struct Call<'a> {
    deadline: Pin<Box<Sleep>>,
    context: &'a RequestContext<RoleServer>,
    input: &'a Input,
}

/// Why a call waits no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// The upload has ended, or the call may not take longer.
    Enough,
    /// The client cancelled the call.
    Cancelled,
}

impl Waited {
    pub(super) fn is_cancelled(self) -> bool {
        self == Self::Cancelled
    }
}

impl<'a> Call<'a> {
    /// Begins a call that takes `max_call` at most.
    pub(super) fn begin(
        max_call: Duration,
        context: &'a RequestContext<RoleServer>,
        input: &'a Input,
    ) -> Self {
        Self {
            deadline: Box::pin(sleep(max_call)),
            context,
            input,
        }
    }

    /// Waits for an upload, for `at_most` this long.
    pub(super) async fn wait(self, batch: &Batch, at_most: Duration, language: Language) -> Waited {
        let progress = || batch.progress();
        self.wait_until(batch.ended(), at_most, progress, language)
            .await
    }

    /// Waits until something is done, for `at_most` this long.
    pub(super) async fn wait_until(
        mut self,
        done: impl Future<Output = ()>,
        at_most: Duration,
        progress: impl Fn() -> Progress,
        language: Language,
    ) -> Waited {
        let token = self.context.meta.get_progress_token();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = 0.0;
        let (mut done, mut patience) = (pin!(done), pin!(sleep(at_most)));
        loop {
            tokio::select! {
                biased;
                () = &mut done => return Waited::Enough,
                // Without a client the call has no reader. The upload is not cancelled: the next server resumes it.
                () = self.input.closed() => return Waited::Enough,
                () = self.context.ct.cancelled() => return Waited::Cancelled,
                () = &mut patience => return Waited::Enough,
                () = &mut self.deadline => return Waited::Enough,
                _ = ticks.tick(), if token.is_some() => {
                    if let Some(token) = &token {
                        told = self.tell(token, progress(), told, language).await;
                    }
                }
            }
        }
    }

    /// Tells the client how far the upload is, and returns the number that it was told.
    async fn tell(
        &self,
        token: &ProgressToken,
        progress: Progress,
        told: f64,
        language: Language,
    ) -> f64 {
        // The protocol wants a larger number each time, also when no byte moved.
        #[expect(clippy::cast_precision_loss, reason = "it is shown to people")]
        let (sent, total) = (progress.sent_bytes as f64, progress.total_bytes as f64);
        let sent = sent.max(told + 1.0);
        let note = ProgressNotificationParam::new(token.clone(), sent)
            .with_total(total.max(sent))
            .with_message(progress_text(progress).to(language));
        // A client that is gone needs no progress.
        let _ = self.context.peer.notify_progress(note).await;
        sent
    }
}

/// Returns how far an upload is, for people.
pub(super) fn progress_text(progress: Progress) -> Text {
    match progress {
        Progress { open: 0, .. } => say::all_ended(),
        Progress {
            sent_bytes: 0,
            open,
            ..
        } => say::preparing(open),
        Progress {
            sent_bytes,
            total_bytes,
            open,
        } => say::sent_of(
            amounts::bytes(sent_bytes),
            amounts::bytes(total_bytes),
            open,
        ),
    }
}

/// Tells whether the client still talks to the server.
#[derive(Debug, Clone)]
pub(super) struct Input(watch::Receiver<bool>);

impl Input {
    /// Waits until the client is gone.
    async fn closed(&self) {
        let mut closed = self.0.clone();
        if closed.wait_for(|closed| *closed).await.is_err() {
            // The reader is gone without an end of its input: the server itself ends.
            std::future::pending().await
        }
    }
}

/// The reader of the client's messages, which notices their end.
pub(super) struct Watched<R> {
    reader: R,
    closed: watch::Sender<bool>,
}

impl<R> Watched<R> {
    /// Watches a reader.
    pub(super) fn new(reader: R) -> (Self, Input) {
        let closed = watch::Sender::new(false);
        let input = Input(closed.subscribe());
        (Self { reader, closed }, input)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.reader).poll_read(context, buffer);
        if let Poll::Ready(result) = &polled
            && (result.is_err() || buffer.filled().len() == before)
        {
            self.closed.send_replace(true);
        }
        polled
    }
}
