//! Everything that the two servers share.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Clock;
use crate::faults::FaultBook;
use crate::journal::Journal;
use crate::link::Line;
use crate::policy::Policy;
use crate::settings::Settings;
use crate::store::Store;
use crate::tickets::Tickets;

/// Everything that the two servers share.
pub(crate) struct Site {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) tickets: Tickets,
    pub(crate) faults: FaultBook,
    pub(crate) journal: Journal,
    pub(crate) line: Arc<Line>,
    policy: RwLock<Policy>,
}

impl Site {
    pub(crate) fn new(
        settings: Settings,
        clock: Clock,
        store: Store,
        tickets: Tickets,
        line: Line,
        policy: Policy,
    ) -> Self {
        Self {
            settings,
            clock,
            store: Arc::new(store),
            tickets,
            faults: FaultBook::default(),
            journal: Journal::default(),
            line: Arc::new(line),
            policy: RwLock::new(policy),
        }
    }

    /// Returns the policy in force.
    pub(crate) fn policy(&self) -> Policy {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another policy in force.
    pub(crate) fn set_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }
}
