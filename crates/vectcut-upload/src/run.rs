//! One file of one run: what the steps and connections of its upload share.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::task::JoinSet;

use crate::{
    Event,
    journal::{Journal, Record},
    policy::history::History,
    shared::Shared,
    source::SourceFile,
    talk::Talk,
    tally::Tally,
};

/// The upload of one file in this run.
pub(crate) struct Run<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) source: &'a SourceFile,
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) tally: &'a Arc<Tally>,
    pub(crate) talk: Talk<'a>,
    journal: &'a Journal,
    /// The connections that are being opened for requests to come. They end with the run.
    opening: Mutex<JoinSet<()>>,
    /// Whether the caller knows already that the journal cannot be written.
    has_told_failure: AtomicBool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        talk: Talk<'a>,
        source: &'a SourceFile,
        (name, content_type): (&'a str, &'a str),
        journal: &'a Journal,
    ) -> Self {
        Self {
            shared: talk.shared,
            source,
            name,
            content_type,
            tally: talk.tally,
            talk,
            journal,
            opening: Mutex::default(),
            has_told_failure: AtomicBool::new(!journal.keeps()),
        }
    }

    /// Opens a connection, which the HTTP client keeps for the next request.
    pub(crate) fn open(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        opening.spawn(connection);
    }

    /// Reports an event.
    pub(crate) fn tell(&self, event: Event) {
        self.talk.tell(event);
    }

    /// Reports how far the file is. It is not logged, since it comes often.
    pub(crate) fn tell_progress(&self, streams: usize) {
        let event = Event::Progress {
            safe_bytes: self.tally.safe_bytes(),
            sent_bytes: self.tally.sent_bytes(),
            len_bytes: self.source.len_bytes(),
            streams,
        };
        self.talk.tell_often(event);
        self.tell_journal_failure();
    }

    /// Writes a record for later runs.
    pub(crate) fn keep(&self, record: Record) {
        if let Record::Ticket(_) = &record {
            self.tally.set_placed(true);
        }
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
        self.tally.set_stored_as(None);
        self.tally.set_placed(false);
    }

    /// Keeps the result only, without credentials.
    pub(crate) fn finish(&self, record: Record) {
        self.journal.finish(record);
    }

    /// As [`Talk::failed`].
    pub(crate) fn failed(&self, cause: &str) {
        self.talk.failed(cause);
    }

    /// As [`Talk::succeeded`].
    pub(crate) fn succeeded(&self) {
        self.talk.succeeded();
    }

    fn tell_journal_failure(&self) {
        if let Some(obstacle) = self.journal.failure()
            && !self.has_told_failure.swap(true, Relaxed)
        {
            self.tell(Event::NotKept {
                reason: obstacle.reason,
                full: obstacle.full,
            });
        }
    }
}
