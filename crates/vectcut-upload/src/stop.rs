//! How a caller stops uploads: a signal that every wait of an upload listens to.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::clock;

/// Why uploads stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// Their time budget ended.
    BudgetEnded,
    /// The caller interrupted them.
    Interrupted,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BudgetEnded => "the time budget ended",
            Self::Interrupted => "interrupted",
        })
    }
}

/// A signal to stop, shared by the caller and its uploads. Clones are the same signal.
#[derive(Debug, Clone)]
pub struct Stop {
    signal: watch::Sender<Option<StopReason>>,
    /// When the caller expects to give the signal.
    deadline: Arc<OnceLock<Instant>>,
}

impl Stop {
    /// Creates a stop signal.
    pub fn new() -> Self {
        Self {
            signal: watch::Sender::new(None),
            deadline: Arc::default(),
        }
    }

    /// Announces that the signal comes after `budget`, counted from now. Only the first call counts.
    ///
    /// Uploads then send parts that are small enough to be acknowledged before. It does not give the signal.
    pub fn announce(&self, budget: Duration) {
        if let Some(deadline) = clock::monotonic().checked_add(budget) {
            self.deadline.get_or_init(|| deadline);
        }
    }

    /// Returns how much time is left before the announced signal.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let deadline = self.deadline.get()?;
        Some(deadline.saturating_duration_since(clock::monotonic()))
    }

    /// Gives the signal. Only the first reason counts.
    pub fn request(&self, reason: StopReason) {
        self.signal.send_if_modified(|given| {
            let first = given.is_none();
            given.get_or_insert(reason);
            first
        });
    }

    /// Returns the reason if the signal was given.
    pub fn requested(&self) -> Option<StopReason> {
        *self.signal.borrow()
    }

    /// Resolves when the signal is given.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: a later one resolves at once.
    pub async fn wait(&self) -> StopReason {
        let mut receiver = self.signal.subscribe();
        loop {
            if let Some(reason) = *receiver.borrow_and_update() {
                return reason;
            }
            if receiver.changed().await.is_err() {
                // The sender lives in `self`, so this cannot be reached; waiting on is what it would mean.
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
