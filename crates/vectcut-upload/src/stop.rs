//! How a caller ends uploads in time: a signal that every wait of an upload listens to.

use tokio::sync::watch;

/// Why uploads are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The time that was given for them is over.
    BudgetEnded,
    /// Somebody wants them to end.
    Interrupted,
}

/// A signal to stop, shared by whoever gives it and all uploads that it is for. Clones are the same signal.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<Option<StopReason>>);

impl Stop {
    /// Returns a signal that was not given yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Gives the signal; only the first reason counts.
    pub fn request(&self, reason: StopReason) {
        self.0.send_if_modified(|given| {
            let first = given.is_none();
            given.get_or_insert(reason);
            first
        });
    }

    /// Returns the reason if the signal was given.
    pub fn requested(&self) -> Option<StopReason> {
        *self.0.borrow()
    }

    /// Resolves when the signal is given.
    pub(crate) async fn wait(&self) -> StopReason {
        let mut receiver = self.0.subscribe();
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
