//! The credentials for one object, shared by all its connections.

use std::sync::{Arc, Mutex, PoisonError};

use vectcut_api::StsCredentials;

use crate::stage::{Origin, Ticket};

/// The credentials in use, and what speaks for them.
pub(super) struct Held(Mutex<State>);

struct State {
    credentials: Arc<StsCredentials>,
    standing: Standing,
    /// Grows with each renewal.
    generation: u32,
    /// Whether something was sent to the place that another place does not have.
    is_place_worth_keeping: bool,
}

/// Whether OSS can be expected to accept the credentials for this place.
enum Standing {
    /// The backend issued them for it.
    Issued,
    /// An earlier run kept them. They may have expired, or the journal may be wrong.
    FromJournal,
    /// The backend issued them for another place: the ticket to switch to if OSS rejects them here.
    OnTrial(Ticket),
}

/// What a request is signed with, and of which renewal that is.
#[derive(Debug, Clone)]
pub(super) struct Lent {
    pub(super) credentials: Arc<StsCredentials>,
    pub(super) generation: u32,
}

impl Held {
    pub(super) fn new(ticket: &Ticket, is_place_worth_keeping: bool) -> Self {
        Self(Mutex::new(State {
            credentials: Arc::new(ticket.credentials.clone()),
            standing: match ticket.origin {
                Origin::Backend => Standing::Issued,
                Origin::Journal => Standing::FromJournal,
            },
            generation: 0,
            is_place_worth_keeping,
        }))
    }

    pub(super) fn lend(&self) -> Lent {
        self.with(|state| Lent {
            credentials: state.credentials.clone(),
            generation: state.generation,
        })
    }

    pub(super) fn keep_place(&self) {
        self.with(|state| state.is_place_worth_keeping = true);
    }

    pub(super) fn is_place_worth_keeping(&self) -> bool {
        self.with(|state| state.is_place_worth_keeping)
    }

    /// OSS accepted a request. Returns the credentials if this ended their trial.
    ///
    /// A request that was signed before a renewal proves nothing about the new credentials.
    pub(super) fn accepted(&self, generation: u32) -> Option<StsCredentials> {
        self.with(|state| {
            if state.generation != generation {
                return None;
            }
            match std::mem::replace(&mut state.standing, Standing::Issued) {
                Standing::OnTrial(ticket) => Some(ticket.credentials),
                Standing::Issued | Standing::FromJournal => None,
            }
        })
    }

    /// Returns whether the credentials of this generation were kept by an earlier run, and never accepted since.
    pub(super) fn are_from_journal(&self, generation: u32) -> bool {
        self.with(|state| {
            state.generation == generation && matches!(state.standing, Standing::FromJournal)
        })
    }

    /// Ends the trial of credentials that OSS rejected. Returns the ticket to switch to, or `None` if they were on none.
    pub(super) fn end_trial(&self, generation: u32) -> Option<Ticket> {
        self.with(|state| {
            if state.generation != generation || !matches!(state.standing, Standing::OnTrial(_)) {
                return None;
            }
            match std::mem::replace(&mut state.standing, Standing::Issued) {
                Standing::OnTrial(ticket) => Some(ticket),
                Standing::Issued | Standing::FromJournal => None,
            }
        })
    }

    /// Takes new credentials; `is_same_place` tells whether they were issued for this place.
    pub(super) fn renew(&self, ticket: Ticket, is_same_place: bool) {
        self.with(|state| {
            state.credentials = Arc::new(ticket.credentials.clone());
            state.generation += 1;
            state.standing = match is_same_place {
                true => Standing::Issued,
                false => Standing::OnTrial(ticket),
            };
        });
    }

    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
