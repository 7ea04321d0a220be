//! What an upload says to its caller, and what it counts while it talks to servers.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{Event, clock, shared::Shared, tally::Tally};

/// The events and the retries of one piece of work, with or without a file.
pub(crate) struct Talk<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) tally: &'a Arc<Tally>,
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

impl<'a> Talk<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        tally: &'a Arc<Tally>,
        on_event: &'a mut (dyn FnMut(Event) + Send),
    ) -> Self {
        Self {
            shared,
            tally,
            streak: Mutex::default(),
            on_event: Mutex::new(on_event),
        }
    }

    /// Reports an event.
    pub(crate) fn tell(&self, event: Event) {
        tracing::debug!(?event, "upload");
        self.tell_often(event);
    }

    /// Reports an event that comes often, so it is not logged.
    pub(crate) fn tell_often(&self, event: Event) {
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
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

    fn streak(&self) -> MutexGuard<'_, Streak> {
        self.streak.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
