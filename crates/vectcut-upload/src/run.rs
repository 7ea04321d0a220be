//! One file of one run: what the steps and connections of its upload share.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::{
    Event, clock,
    journal::{Journal, Record},
    policy::history::History,
    shared::Shared,
    source::SourceFile,
    tally::Tally,
};

/// The upload of one file in this run.
pub(crate) struct Run<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) source: &'a SourceFile,
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) tally: &'a Arc<Tally>,
    journal: &'a Journal,
    /// Whether the caller knows already that the journal cannot be written.
    has_told_failure: AtomicBool,
    streak: Mutex<Streak>,
    on_event: Mutex<&'a mut (dyn FnMut(Event) + Send)>,
}

/// The failures since a request last succeeded.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Streak {
    pub(crate) failures: u32,
    since: Option<Instant>,
}

impl Streak {
    /// Returns how long nothing has succeeded.
    pub(crate) fn lasted(self) -> Duration {
        self.since.map_or(Duration::ZERO, clock::since)
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        source: &'a SourceFile,
        (name, content_type): (&'a str, &'a str),
        journal: &'a Journal,
        tally: &'a Arc<Tally>,
        on_event: &'a mut (dyn FnMut(Event) + Send),
    ) -> Self {
        Self {
            shared,
            source,
            name,
            content_type,
            tally,
            journal,
            has_told_failure: AtomicBool::new(!journal.keeps()),
            streak: Mutex::default(),
            on_event: Mutex::new(on_event),
        }
    }

    /// Reports an event.
    pub(crate) fn tell(&self, event: Event) {
        tracing::debug!(?event, "upload");
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    /// Reports how far the file is. It is not logged, since it comes often.
    pub(crate) fn tell_progress(&self, streams: usize) {
        let event = Event::Progress {
            safe_bytes: self.tally.safe_bytes(),
            sent_bytes: self.tally.sent_bytes(),
            len_bytes: self.source.len_bytes(),
            streams,
        };
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
        self.tell_journal_failure();
    }

    /// Writes a record for later runs.
    pub(crate) fn keep(&self, record: Record) {
        self.journal.append(record);
        self.tell_journal_failure();
    }

    /// Waits until the journal is written, but not for long: a full or slow disk must not stop an upload.
    pub(crate) async fn settle_journal(&self) {
        self.journal.flush(Duration::from_secs(2)).await;
        self.tell_journal_failure();
    }

    /// Drops what was kept, since none of it can be used any more.
    pub(crate) fn forget(&self, history: History) {
        self.journal.start_over(history);
        self.tally.set_safe(0);
    }

    /// Keeps the result only, without credentials.
    pub(crate) fn finish(&self, record: Record) {
        self.journal.finish(record);
    }

    /// A request succeeded: retries start counting from zero.
    pub(crate) fn succeeded(&self) {
        *self.streak() = Streak::default();
        self.tally.set_last_cause(None);
    }

    /// A request failed and may be retried. Returns the failures since the last success, this one included.
    pub(crate) fn failed(&self, cause: &str) -> Streak {
        self.tally.add_failure();
        self.tally.set_last_cause(Some(cause.to_owned()));
        let mut streak = self.streak();
        streak.failures += 1;
        streak.since.get_or_insert_with(clock::monotonic);
        *streak
    }

    fn streak(&self) -> std::sync::MutexGuard<'_, Streak> {
        self.streak.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_journal_failure(&self) {
        if let Some(reason) = self.journal.failure()
            && !self.has_told_failure.swap(true, Relaxed)
        {
            self.tell(Event::NotKept { reason });
        }
    }
}
