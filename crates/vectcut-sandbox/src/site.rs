//! Everything that the two servers share.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Clock;
use crate::faults::FaultBook;
use crate::journal::Journal;
use crate::link::Network;
use crate::policy::Policy;
use crate::settings::Settings;
use crate::store::Store;
use crate::tickets::Tickets;

/// Everything that the two servers share.
pub(crate) struct Site {
    pub(crate) settings: Settings,
    /// Opens the status page.
    pub(crate) status_token: String,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) tickets: Tickets,
    pub(crate) faults: FaultBook,
    pub(crate) journal: Journal,
    pub(crate) network: Arc<Network>,
    policy: RwLock<Policy>,
}

impl Site {
    pub(crate) fn new(
        settings: Settings,
        status_token: String,
        clock: Clock,
        store: Store,
        tickets: Tickets,
        network: Network,
        policy: Policy,
    ) -> Self {
        Self {
            settings,
            status_token,
            clock,
            store: Arc::new(store),
            tickets,
            faults: FaultBook::default(),
            journal: Journal::default(),
            network: Arc::new(network),
            policy: RwLock::new(policy),
        }
    }

    /// Returns the current policy.
    pub(crate) fn policy(&self) -> Policy {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the policy.
    pub(crate) fn set_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }
}
