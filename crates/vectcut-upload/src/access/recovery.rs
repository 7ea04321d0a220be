//! What to do about a failed request to OSS: wait, set the clock, sign with V4, get new credentials, or give up.

use std::time::SystemTime;

use oss_client::{Error, Signature};
use strict_http::TransportKind;

use super::{
    backend,
    request::{Access, Attempt, Setback},
    retrying::{Failed, Tries, back_off},
};
use crate::{
    Event, Step,
    error::in_one_line,
    policy::verdict::{self, Verdict},
    shared::SignatureChoice,
};

/// How often one request may set the clock: twice, since one server of many may have a wrong one.
const CLOCK_CORRECTIONS_MAX: u32 = 2;

/// How often one request may lead to new credentials. After that they do not help.
const RENEWALS_MAX: u32 = 2;

/// How often one request may get a response that OSS does not send.
const ODD_RESPONSES_MAX: u32 = 3;

impl Access<'_, '_> {
    /// Deals with a failed attempt, and waits if need be. `Ok` means to retry.
    pub(super) async fn recover(
        &self,
        error: Error,
        attempt: &Attempt,
        tries: &mut Tries,
        cuts_max: u32,
    ) -> Result<(), Setback> {
        let verdict = verdict::on(&error);
        tracing::debug!(?verdict, %error, "a request to OSS failed");
        if !matches!(error, Error::Transport { .. }) {
            self.run.shared.bucket.set_responded();
        }
        match verdict {
            Verdict::Again => self.retry(error, tries, cuts_max).await,
            Verdict::Slower => {
                self.run.shared.gate.throttled();
                self.retry(error, tries, cuts_max).await
            }
            Verdict::AgainAFewTimes => {
                tries.odd += 1;
                match tries.odd < ODD_RESPONSES_MAX {
                    true => self.retry(error, tries, cuts_max).await,
                    false => Err(Setback::Failed(self.failure(error))),
                }
            }
            Verdict::SetClock(server_time) => self.set_clock(error, server_time, tries),
            Verdict::UseV4 => self.use_v4(error, attempt),
            Verdict::NoSuchUpload | Verdict::PartsLost => Err(Setback::Lost(self.failure(error))),
            Verdict::NewCredentials | Verdict::Denied | Verdict::Stop => {
                self.replace_credentials(error, verdict, attempt, tries)
                    .await
            }
        }
    }

    async fn retry(&self, error: Error, tries: &mut Tries, cuts_max: u32) -> Result<(), Setback> {
        let (kind, wish) = match &error {
            Error::Transport { source, .. } => (Some(source.kind()), None),
            Error::Refused { reply, .. } => (None, reply.retry_after),
            _ => (None, None),
        };
        let is_unconnected = matches!(kind, Some(TransportKind::Resolve | TransportKind::Connect));
        tries.cuts += u32::from(kind.is_some() && !is_unconnected);
        let failed = Failed {
            reason: in_one_line(&error),
            wish,
            server: &self.run.shared.bucket,
            is_unconnected,
            step: Step::Put,
        };
        let is_cut = tries.cuts >= cuts_max;
        back_off(&self.run.talk, tries, failed, || self.failure(error))
            .await
            .map_err(Setback::Failed)?;
        match is_cut {
            true => Err(Setback::Cut),
            false => Ok(()),
        }
    }

    fn set_clock(
        &self,
        error: Error,
        server_time: SystemTime,
        tries: &mut Tries,
    ) -> Result<(), Setback> {
        tries.clock_corrections += 1;
        if tries.clock_corrections <= CLOCK_CORRECTIONS_MAX
            && let Some(offset_seconds) = self.run.shared.clock.set(server_time)
        {
            self.run.failed(&in_one_line(&error));
            self.run.tell(Event::ClockCorrected { offset_seconds });
            return Ok(());
        }
        Err(Setback::Failed(self.failure(error)))
    }

    fn use_v4(&self, error: Error, attempt: &Attempt) -> Result<(), Setback> {
        let shared = self.run.shared;
        if attempt.signature != Signature::V1 || shared.signature != SignatureChoice::Auto {
            return Err(Setback::Failed(self.failure(error)));
        }
        self.run.failed(&in_one_line(&error));
        if !shared.remembered.wants_v4(&self.place.bucket) {
            shared.remembered.set_wants_v4(&self.place.bucket);
            self.run.tell(Event::SignatureChanged);
        }
        Ok(())
    }

    /// OSS rejected a request, perhaps because of its credentials: then others may be accepted.
    async fn replace_credentials(
        &self,
        error: Error,
        verdict: Verdict,
        attempt: &Attempt,
        tries: &mut Tries,
    ) -> Result<(), Setback> {
        let generation = attempt.lent.generation;
        let may_be_credentials =
            matches!(verdict, Verdict::NewCredentials | Verdict::Denied) || is_of_ticket(&error);
        if may_be_credentials && let Some(ticket) = self.held.end_trial(generation) {
            return Err(Setback::Moved(Box::new(ticket)));
        }
        // A ticket that the journal has wrong, or that was withdrawn, would fail every later run the same way.
        let is_stale = self.held.are_from_journal(generation) && is_of_ticket(&error);
        if is_stale || verdict == Verdict::NewCredentials && tries.renewals < RENEWALS_MAX {
            tries.renewals += 1;
            self.run.failed(&in_one_line(&error));
            return self.renew(generation).await;
        }
        let failure = self.failure(error);
        Err(match verdict {
            Verdict::Denied => Setback::Denied(failure),
            _ => Setback::Failed(failure),
        })
    }

    /// Gets new credentials, unless another request did since `generation` was lent.
    async fn renew(&self, generation: u32) -> Result<(), Setback> {
        let _renewing = self.renewing.lock().await;
        if self.held.lend().generation != generation {
            return Ok(());
        }
        let ticket = backend::init(self.run).await.map_err(Setback::Failed)?;
        let is_same_place = ticket.place.bucket == self.place.bucket
            && ticket.place.object_key == self.place.object_key;
        if !is_same_place && !self.held.is_place_worth_keeping() {
            return Err(Setback::Replaced(Box::new(ticket)));
        }
        self.run.tell(Event::CredentialsRenewed);
        if is_same_place {
            self.keep(&ticket.credentials);
        }
        self.held.renew(ticket, is_same_place);
        Ok(())
    }
}

/// Returns whether OSS itself refuses place, credentials or signature. What a proxy refuses has no error code.
fn is_of_ticket(error: &Error) -> bool {
    matches!(error, Error::Refused { reply, .. } if matches!(reply.status, 403 | 404) && reply.code.is_some())
}
