//! One file on its way: what the steps and streams of its upload share.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use oss_client::ObjectKey;

use crate::{
    Event, SourceAction, UploadError, Uploader, clock,
    file_body::FileBody,
    journal::{Header, Journal, Record},
    policy::plan::{PartRange, StreamRate},
    source::SourceFile,
    tally::Tally,
};

/// An upload in progress.
pub(crate) struct Run<'a> {
    pub(crate) uploader: &'a Uploader,
    pub(crate) source: &'a SourceFile,
    pub(crate) header: Header,
    pub(crate) tally: Arc<Tally>,
    journal: Mutex<Journal>,
    /// When something last went through.
    moved: Mutex<Instant>,
    on_event: Mutex<&'a mut (dyn FnMut(Event) + Send)>,
}

/// How often one thing was tried. Each request has its own; progress elsewhere does not count for it.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    pub(crate) failures: u32,
    /// Since when it fails.
    failing_since: Option<Instant>,
    pub(crate) renewals: u32,
    pub(crate) clock_corrections: u32,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        uploader: &'a Uploader,
        source: &'a SourceFile,
        header: Header,
        journal: Journal,
        tally: Arc<Tally>,
        on_event: &'a mut (dyn FnMut(Event) + Send),
    ) -> Self {
        Self {
            uploader,
            source,
            header,
            tally,
            journal: Mutex::new(journal),
            moved: Mutex::new(clock::monotonic()),
            on_event: Mutex::new(on_event),
        }
    }

    pub(crate) fn tell(&self, event: Event) {
        tracing::debug!(?event, "upload");
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    /// Tells how far the file is; not logged, since it comes often and says little.
    pub(crate) fn tell_progress(&self, streams: usize) {
        let event = Event::Progress {
            safe_bytes: self.tally.safe_bytes(),
            sent_bytes: self.tally.sent_bytes(),
            len_bytes: self.source.len_bytes(),
            streams,
        };
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    /// Returns a range of the file as a body for a stream of this rate.
    pub(crate) fn body(&self, range: PartRange, rate: StreamRate) -> FileBody {
        let Uploader { pool, pace, .. } = self.uploader;
        FileBody::new(
            self.source.file(),
            range,
            rate,
            pool.clone(),
            pace.clone(),
            self.tally.clone(),
        )
    }

    pub(crate) fn keep(&self, record: &Record) {
        self.journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(record);
    }

    /// Forgets what was kept of the upload, since none of it can be used.
    pub(crate) fn forget(&self) {
        self.journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .start_over(&self.header);
        self.tally.set_safe(0);
    }

    /// Something went through: the budget of attempts is full again.
    pub(crate) fn moved(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = clock::monotonic();
    }

    /// Waits before the next attempt; returns whether there is to be one.
    pub(crate) async fn back_off(
        &self,
        tries: &mut Tries,
        reason: String,
        wish: Option<Duration>,
    ) -> bool {
        tries.failures += 1;
        self.tally.add_failure();
        // What waited in a queue, or took long and went wrong at its end, has its whole time to try again.
        let failing_since = *tries.failing_since.get_or_insert_with(clock::monotonic);
        let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = moved.max(failing_since).elapsed();
        let Some(delay) = self
            .uploader
            .retry
            .delay(tries.failures, idle, fastrand::f64(), wish)
        else {
            return false;
        };
        self.tell(Event::Retrying { reason, delay });
        tokio::time::sleep(delay).await;
        true
    }

    /// Returns a failure of OSS as the failure of this upload.
    pub(crate) fn failure(&self, error: oss_client::Error, object_key: &ObjectKey) -> UploadError {
        let path = || self.source.path().to_owned();
        match error {
            oss_client::Error::Body { source }
                if source.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                UploadError::Changed { path: path() }
            }
            oss_client::Error::Body { source } => UploadError::Source {
                path: path(),
                action: SourceAction::Read,
                source,
            },
            oss_client::Error::Refused { reply, .. } => UploadError::Refused {
                object_key: object_key.clone(),
                reply,
            },
            source => UploadError::Send {
                object_key: object_key.clone(),
                source,
            },
        }
    }
}
