//! Who signs, how and when, for one object: credentials, signature and clock, shared by all its streams.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use oss_client::{BucketName, Credentials, Error, ObjectKey, Signature, Signing};
use vectcut_api::StsCredentials;

use crate::{
    Event, SignatureChoice, UploadError, backend,
    journal::{self, Record},
    policy::verdict::{self, Verdict},
    run::{Run, Tries},
};

/// Credentials that end within this time are renewed before they are used: a request begun in time may wait in a queue.
const RENEWED_BEFORE: Duration = Duration::from_secs(30);

/// How often one request may set the clock: twice, since one server of many may have a wrong one.
const CLOCK_CORRECTIONS_MAX: u32 = 2;

/// How often one request may bring about new credentials before they are taken to be no help.
const RENEWALS_MAX: u32 = 2;

/// Where an object goes, in names that OSS would accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: BucketName,
    pub(crate) object_key: ObjectKey,
    pub(crate) region: Option<String>,
}

/// A place and the credentials for it.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) place: Place,
    pub(crate) credentials: StsCredentials,
}

impl Ticket {
    pub(crate) fn record(&self) -> Record {
        Record::Ticket {
            bucket: self.place.bucket.as_str().to_owned(),
            object_key: self.place.object_key.as_str().to_owned(),
            region: self.place.region.clone(),
            credentials: journal::Credentials::from(&self.credentials),
        }
    }
}

/// The access to one object.
pub(crate) struct Access<'r, 'a> {
    pub(crate) run: &'r Run<'a>,
    pub(crate) place: Place,
    held: Mutex<Held>,
    /// Held while new credentials are asked for, so that all who wait share them.
    renewing: tokio::sync::Mutex<()>,
}

struct Held {
    credentials: Arc<StsCredentials>,
    /// When to get new ones without being told to.
    renew_at: Option<SystemTime>,
    /// Grows with each renewal.
    generation: u32,
    /// The ticket that the credentials came with, when it names another place and they were not yet accepted for this one.
    on_trial_from: Option<Ticket>,
    /// Whether something was sent to the place that another one would not have.
    worth_keeping: bool,
    /// Whether place and credentials are those of an earlier run, which may be damaged or withdrawn since.
    from_journal: bool,
}

/// What one attempt is signed with.
pub(crate) struct Attempt {
    credentials: Arc<StsCredentials>,
    generation: u32,
    signature: Signature,
    time: SystemTime,
}

impl Attempt {
    /// Lends what was received to the layer that signs; the one place that does.
    pub(crate) fn signing(&self) -> Signing<'_> {
        let StsCredentials {
            access_key_id,
            access_key_secret,
            security_token,
            ..
        } = &*self.credentials;
        Signing {
            credentials: Credentials::new(access_key_id, access_key_secret.expose())
                .security_token(security_token.expose()),
            signature: self.signature.clone(),
            time: self.time,
        }
    }
}

/// Why something cannot go on as it was.
#[derive(Debug)]
pub(crate) enum Setback {
    /// The upload has failed.
    Failed(UploadError),
    /// The policy of the credentials does not allow the request.
    Denied(UploadError),
    /// OSS no longer has what was sent, or has something else: it is to be sent again.
    Lost(UploadError),
    /// New credentials are good for another place only.
    Moved(Box<Ticket>),
}

impl<'r, 'a> Access<'r, 'a> {
    /// Begins with a ticket that was just received, or with one that an earlier run kept.
    pub(crate) fn new(run: &'r Run<'a>, ticket: Ticket, kept: bool, worth_keeping: bool) -> Self {
        let Ticket { place, credentials } = ticket;
        let expiration = credentials.expiration;
        let renew_at = if kept {
            expiration
        } else {
            renewal(expiration, run.uploader.clock.now())
        };
        let credentials = Arc::new(credentials);
        let held = Mutex::new(Held {
            credentials,
            renew_at,
            generation: 0,
            on_trial_from: None,
            worth_keeping,
            from_journal: kept,
        });
        Self {
            run,
            place,
            held,
            renewing: tokio::sync::Mutex::default(),
        }
    }

    fn held<T>(&self, read: impl FnOnce(&mut Held) -> T) -> T {
        read(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the place with the credentials of now.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket {
            place: self.place.clone(),
            credentials: self.held(|held| (*held.credentials).clone()),
        }
    }

    /// From now on something at this place would be lost by moving to another.
    pub(crate) fn is_worth_keeping(&self) {
        self.held(|held| held.worth_keeping = true);
    }

    /// Returns what to sign the next attempt with, as of now: to be called when the request is sent, not before.
    pub(crate) async fn attempt(&self) -> Result<Attempt, Setback> {
        let clock = &self.run.uploader.clock;
        let (renew_at, generation) = self.held(|held| (held.renew_at, held.generation));
        if renew_at.is_some_and(|moment| moment <= clock.now()) {
            self.renew(generation).await?;
        }
        let (credentials, generation) =
            self.held(|held| (held.credentials.clone(), held.generation));
        let signature = self.signature().map_err(Setback::Failed)?;
        Ok(Attempt {
            credentials,
            generation,
            signature,
            time: clock.now(),
        })
    }

    /// A request went through: what it was signed with is good for this place. A request of before the renewal proves
    /// nothing about the new credentials.
    pub(crate) fn went_through(&self, attempt: &Attempt) {
        self.run.moved();
        let ticket = self.held(|held| {
            held.from_journal = false;
            match held.generation == attempt.generation {
                true => held.on_trial_from.take(),
                false => None,
            }
        });
        if let Some(ticket) = ticket {
            self.run
                .keep(&Record::Credentials(journal::Credentials::from(
                    &ticket.credentials,
                )));
        }
    }

    /// Deals with a failed attempt, waiting if need be: `Ok` means to try again.
    pub(crate) async fn recover(
        &self,
        error: Error,
        attempt: &Attempt,
        tries: &mut Tries,
    ) -> Result<(), Setback> {
        let run = self.run;
        let verdict = verdict::on(&error);
        tracing::debug!(?verdict, %error, "a request to OSS failed");
        let failed = |error| run.failure(error, &self.place.object_key);
        match verdict {
            Verdict::Again | Verdict::Slower => {
                if verdict == Verdict::Slower {
                    run.tally.set_throttled();
                }
                let wish = match &error {
                    Error::Refused { reply, .. } => reply.retry_after,
                    _ => None,
                };
                let reason = in_one_line(&error);
                if run.back_off(tries, reason, wish).await {
                    Ok(())
                } else {
                    Err(Setback::Failed(failed(error)))
                }
            }
            Verdict::NewCredentials | Verdict::Denied if self.was_on_trial(attempt) => {
                Err(self.moved(failed(error)))
            }
            Verdict::Stop if self.was_on_trial(attempt) && is_of_the_ticket(&error) => {
                Err(self.moved(failed(error)))
            }
            // Else a damaged or withdrawn ticket would fail each later run the same way.
            Verdict::Denied | Verdict::Stop
                if self.is_from_journal(attempt) && is_of_the_ticket(&error) =>
            {
                run.tally.add_failure();
                self.renew(attempt.generation).await
            }
            Verdict::NewCredentials if tries.renewals < RENEWALS_MAX => {
                tries.renewals += 1;
                run.tally.add_failure();
                self.renew(attempt.generation).await
            }
            Verdict::SetClock(server_time) if tries.clock_corrections < CLOCK_CORRECTIONS_MAX => {
                tries.clock_corrections += 1;
                run.tally.add_failure();
                match run.uploader.clock.set(server_time) {
                    Some(offset_seconds) => {
                        run.tell(Event::ClockCorrected { offset_seconds });
                        Ok(())
                    }
                    None => Err(Setback::Failed(failed(error))),
                }
            }
            Verdict::UseV4
                if attempt.signature == Signature::V1
                    && run.uploader.signature == SignatureChoice::Auto =>
            {
                run.tally.add_failure();
                if !run.uploader.remembered.wants_v4(&self.place.bucket) {
                    run.uploader.remembered.set_wants_v4(&self.place.bucket);
                    run.tell(Event::SignatureChanged);
                }
                Ok(())
            }
            Verdict::NoSuchUpload | Verdict::PartsLost => Err(Setback::Lost(failed(error))),
            Verdict::Denied => Err(Setback::Denied(failed(error))),
            _ => Err(Setback::Failed(failed(error))),
        }
    }

    fn was_on_trial(&self, attempt: &Attempt) -> bool {
        self.held(|held| held.on_trial_from.is_some() && held.generation == attempt.generation)
    }

    fn is_from_journal(&self, attempt: &Attempt) -> bool {
        self.held(|held| held.from_journal) && attempt.generation == 0
    }

    /// The new credentials are no good for this place: on to the one that they came for.
    fn moved(&self, failure: UploadError) -> Setback {
        match self.held(|held| held.on_trial_from.take()) {
            Some(ticket) => Setback::Moved(Box::new(ticket)),
            // Another stream has already moved; this one is about to be dropped.
            None => Setback::Failed(failure),
        }
    }

    /// Gets new credentials, unless somebody did since `generation` was handed out.
    async fn renew(&self, generation: u32) -> Result<(), Setback> {
        let _renewing = self.renewing.lock().await;
        if self.held(|held| held.generation) != generation {
            return Ok(());
        }
        let ticket = backend::init(self.run).await.map_err(Setback::Failed)?;
        let same_place = ticket.place.bucket == self.place.bucket
            && ticket.place.object_key == self.place.object_key;
        if !same_place && !self.held(|held| held.worth_keeping) {
            return Err(Setback::Moved(Box::new(ticket)));
        }
        self.run.tell(Event::CredentialsRenewed);
        if same_place {
            self.run
                .keep(&Record::Credentials(journal::Credentials::from(
                    &ticket.credentials,
                )));
        }
        let renew_at = renewal(ticket.credentials.expiration, self.run.uploader.clock.now());
        self.held(|held| {
            held.credentials = Arc::new(ticket.credentials.clone());
            held.renew_at = renew_at;
            held.generation += 1;
            held.on_trial_from = (!same_place).then_some(ticket);
        });
        Ok(())
    }

    fn signature(&self) -> Result<Signature, UploadError> {
        let uploader = self.run.uploader;
        let v4 = match uploader.signature {
            SignatureChoice::V1 => false,
            SignatureChoice::V4 => true,
            SignatureChoice::Auto => uploader.remembered.wants_v4(&self.place.bucket),
        };
        if !v4 {
            return Ok(Signature::V1);
        }
        let named = uploader
            .region
            .as_deref()
            .or(uploader.oss.endpoint().region());
        let region = named
            .or(self.place.region.as_deref())
            .ok_or(UploadError::RegionUnknown)?;
        Ok(Signature::V4 {
            region: region.to_owned(),
        })
    }
}

/// Returns whether OSS itself refuses place, credentials or signature; what a proxy refuses has no error code.
fn is_of_the_ticket(error: &Error) -> bool {
    matches!(error, Error::Refused { reply, .. } if matches!(reply.status, 403 | 404) && reply.code.is_some())
}

/// Returns when credentials that were just received are to be renewed. A set that is born old would be renewed for ever,
/// so it is used until OSS refuses it.
fn renewal(expiration: Option<SystemTime>, now: SystemTime) -> Option<SystemTime> {
    expiration
        .and_then(|expiration| expiration.checked_sub(RENEWED_BEFORE))
        .filter(|moment| *moment > now)
}

/// An error and its causes, for a line of progress.
pub(crate) fn in_one_line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
