//! The way of one file, from stage to stage: place, send, complete.
//!
//! It begins wherever an earlier run has left the upload, and starts over when what was sent is lost.

use std::{
    ops::ControlFlow::{self, Break, Continue},
    time::Duration,
};

use oss_client::{ObjectKey, PUT_MAX_BYTES};
use vectcut_api::{Completed, ProbeError, SignedUrl};

use crate::{
    Event, Fault, Outcome, Step, UploadError,
    access::{Access, Setback, backend},
    error::in_one_line,
    journal::{Kept, Record},
    policy::{
        plan::OBJECT_MAX_BYTES,
        way::{self, Way},
    },
    run::Run,
    sending::{self, Seen},
    stage::{History, OpenUpload, Place, Proof, Stage, Stored, Ticket},
};

/// How often an upload may start over, in all its runs.
const STARTS_OVER_MAX: u32 = 2;

/// How often new credentials may name another object key before they are too short for this file.
const MOVES_MAX: u32 = 3;

/// How many PUTs of the whole file may be begun and not finished, in all runs.
const PUTS_MAX: u32 = 10;

/// How often the connection may fail under a PUT before the file is sent in parts.
const PUT_CUTS_MAX: u32 = 2;

/// A URL that expires within this time is mentioned.
const EXPIRES_SOON: Duration = Duration::from_secs(5 * 60);

/// An object that is stored, proven, and has its URL.
pub(crate) struct Done {
    pub(crate) place: Place,
    pub(crate) stored: Stored,
    pub(crate) url: SignedUrl,
    pub(crate) outcome: Outcome,
}

/// Uploads the file of `run` from the stage that an earlier run has left it in.
///
/// # Cancellation
///
/// Dropping the future leaves the upload at its stage, for the next run.
pub(crate) async fn upload(run: &Run<'_>, kept: Kept) -> Result<Done, UploadError> {
    check_size(run)?;
    let Kept { stage, mut history } = kept;
    let mut stage = if_unchanged(run, stage).await?;
    let mut outcome = outcome(&stage);
    tell_resuming(run, &stage);
    loop {
        let step = match stage {
            Stage::New => place(run).await,
            Stage::Placed(ticket) => send(run, ticket, None, &mut history).await,
            Stage::Sending(ticket, open) => send(run, ticket, Some(open), &mut history).await,
            Stage::Stored(ticket, stored) => complete(run, ticket, stored, outcome).await,
            Stage::Published(place, stored, url) => renew_url(run, place, stored, url).await,
        };
        stage = match step {
            Ok(Continue(stage)) => stage,
            Ok(Break((place, stored, url))) => {
                return Ok(Done {
                    place,
                    stored,
                    url,
                    outcome,
                });
            }
            Err(setback) => {
                outcome = Outcome::Uploaded;
                start_over(run, setback, &mut history)?
            }
        };
    }
}

/// What a step leads to: the next stage, or the end.
type Next = Result<ControlFlow<(Place, Stored, SignedUrl), Stage>, Setback>;

/// Asks the backend for a ticket, and meanwhile connects to the bucket of the last run.
async fn place(run: &Run<'_>) -> Next {
    run.tell(Event::Step(Step::Init));
    if let Some(bucket) = run.shared.remembered.bucket_of_last_run() {
        let oss = run.shared.oss.clone();
        tokio::spawn(async move { oss.connect_ahead(&bucket).await });
    }
    let ticket = backend::init(run).await.map_err(Setback::Failed)?;
    run.keep(Record::ticket(&ticket));
    Ok(Continue(Stage::Placed(ticket)))
}

/// Sends what OSS does not have: the whole file in one PUT, or its parts.
async fn send(
    run: &Run<'_>,
    ticket: Ticket,
    open: Option<OpenUpload>,
    history: &mut History,
) -> Next {
    run.tell(Event::Step(Step::Put));
    let access = Access::new(run, &ticket, open.is_some());
    let stored = match (open, choose_way(run, history)) {
        (Some(open), _) => send_parts(&access, open).await,
        (None, Way::OnePut) => put(&access, history).await,
        (None, Way::Parts) => match sending::initiate(&access).await {
            Ok(open) => send_parts(&access, open).await,
            Err(Setback::Denied(_)) if run.source.len_bytes() <= PUT_MAX_BYTES => {
                history.parts_denied = true;
                run.keep(Record::PartsDenied);
                run.tell(Event::PartsDenied);
                put(&access, history).await
            }
            Err(setback) => Err(setback),
        },
    };
    match stored {
        Ok(stored) => {
            run.keep(Record::stored(&stored));
            run.settle_journal().await;
            run.tell(Event::Stored);
            Ok(Continue(Stage::Stored(access.ticket(), stored)))
        }
        // Smaller requests may pass where the connection is cut; a PUT cannot be split.
        Err(Setback::Cut) => Ok(Continue(Stage::Placed(access.ticket()))),
        Err(setback) => Err(setback),
    }
}

fn choose_way(run: &Run<'_>, history: &History) -> Way {
    way::choose(way::Known {
        len_bytes: run.source.len_bytes(),
        part_bytes: run.shared.part_bytes,
        put_max_bytes: PUT_MAX_BYTES,
        moves: history.moves,
        unfinished_puts: history.puts,
        parts_denied: history.parts_denied,
    })
}

async fn put(access: &Access<'_, '_>, history: &mut History) -> Result<Stored, Setback> {
    if history.puts >= PUTS_MAX {
        let starts = history.puts;
        return Err(Setback::Failed(UploadError::NeverFinished { starts }));
    }
    history.puts += 1;
    let cuts_max = match history.parts_denied || history.moves > 0 {
        true => u32::MAX,
        false => PUT_CUTS_MAX,
    };
    sending::put(access, cuts_max).await
}

async fn send_parts(access: &Access<'_, '_>, open: OpenUpload) -> Result<Stored, Setback> {
    let upload_id = open.upload_id.clone();
    let stored = match sending::send_parts(access, open).await {
        Ok(open) => sending::complete(access, &open).await,
        Err(setback) => Err(setback),
    };
    if let Err(setback) = &stored
        && loses_parts(setback)
    {
        access.abort(&upload_id).await;
    }
    stored
}

/// Returns whether the acknowledged parts are of no use after a setback.
fn loses_parts(setback: &Setback) -> bool {
    match setback {
        Setback::Lost(_) | Setback::Moved(_) => true,
        Setback::Failed(UploadError::Changed { .. }) => true,
        Setback::Failed(error) | Setback::Denied(error) => !error.is_retryable(),
        Setback::Cut => false,
    }
}

/// Tells the backend that the object is there, and gets its URL.
async fn complete(run: &Run<'_>, ticket: Ticket, stored: Stored, outcome: Outcome) -> Next {
    run.tell(Event::Step(Step::Complete));
    let object_key = &ticket.place.object_key;
    match fresh_url(run, object_key).await {
        Ok(url) => {
            prove(run, &ticket.place, &stored, &url).await?;
            Ok(Break((ticket.place, stored, url)))
        }
        // The object of an earlier run may be gone. It is sent again only if OSS says so.
        Err(error) if outcome != Outcome::Uploaded && error.fault() == Fault::Refused => {
            match sending::look(&Access::new(run, &ticket, true)).await {
                Ok(Seen::Gone) => Err(Setback::Lost(error)),
                _ => Err(Setback::Failed(error)),
            }
        }
        Err(error) => Err(Setback::Failed(error)),
    }
}

/// Uses the URL of an earlier run if it still shows the object, else asks for a new one.
async fn renew_url(run: &Run<'_>, place: Place, stored: Stored, url: SignedUrl) -> Next {
    run.tell(Event::Step(Step::Complete));
    let has_expired = url
        .expires_at()
        .is_some_and(|end| end <= run.shared.clock.now());
    if !has_expired {
        match prove(run, &place, &stored, &url).await {
            Ok(()) => return Ok(Break((place, stored, url))),
            Err(Setback::Lost(error)) => return Err(Setback::Lost(error)),
            Err(_) => {}
        }
    }
    let url = fresh_url(run, &place.object_key)
        .await
        .map_err(Setback::Failed)?;
    prove(run, &place, &stored, &url).await?;
    Ok(Break((place, stored, url)))
}

/// Asks the backend for a URL, and once more if that one has expired already.
async fn fresh_url(run: &Run<'_>, object_key: &ObjectKey) -> Result<SignedUrl, UploadError> {
    for _ in 0..2 {
        let Completed {
            url, server_time, ..
        } = backend::complete(run, object_key).await?;
        let now = server_time.unwrap_or_else(|| run.shared.clock.now());
        let Some(expires_at) = url.expires_at() else {
            return Ok(url);
        };
        if let Ok(left) = expires_at.duration_since(now)
            && !left.is_zero()
        {
            if left < EXPIRES_SOON {
                run.tell(Event::UrlExpiresSoon { left });
            }
            return Ok(url);
        }
    }
    Err(UploadError::UrlExpired {
        object_key: object_key.clone(),
    })
}

/// Makes sure that OSS has the bytes of the file. The URL shows it where no checksum of OSS does.
///
/// A host of the backend's own may not report a checksum (assumption A12). Then the length must do: each part was proven
/// when it was sent.
async fn prove(
    run: &Run<'_>,
    place: &Place,
    stored: &Stored,
    url: &SignedUrl,
) -> Result<(), Setback> {
    if stored.proof == Proof::Crc64 {
        return Ok(());
    }
    let object_key = place.object_key.clone();
    let probe = match backend::probe(run, url).await {
        Ok(probe) => probe,
        Err(source) => {
            let is_gone = matches!(source, ProbeError::NotThere { .. });
            let unproven = UploadError::Unproven { object_key, source };
            return Err(match is_gone {
                true => Setback::Lost(unproven),
                false => Setback::Failed(unproven),
            });
        }
    };
    let sent = stored.crc64;
    match (probe.len_bytes, probe.crc64) {
        (_, Some(crc64)) if crc64 != sent.value() => Err(Setback::Lost(UploadError::Corrupted {
            object_key,
            sent,
            stored: oss_client::Crc64::new(crc64),
        })),
        (Some(len_bytes), _) if len_bytes == run.source.len_bytes() => Ok(()),
        (None, Some(_)) => Ok(()),
        (Some(_), _) => Err(Setback::Lost(UploadError::Unverified { object_key })),
        (None, None) => Err(Setback::Failed(UploadError::Unverified { object_key })),
    }
}

/// Drops what was sent, and returns the stage to begin with again.
fn start_over(
    run: &Run<'_>,
    setback: Setback,
    history: &mut History,
) -> Result<Stage, UploadError> {
    let (stage, reason) = match setback {
        Setback::Failed(error) | Setback::Denied(error) => return Err(error),
        Setback::Lost(error) if history.starts_over >= STARTS_OVER_MAX => return Err(error),
        Setback::Lost(error) => {
            history.starts_over += 1;
            (Stage::New, in_one_line(&error))
        }
        Setback::Moved(ticket) if history.moves >= MOVES_MAX => {
            return Err(UploadError::CredentialsTooShort {
                object_key: ticket.place.object_key,
            });
        }
        Setback::Moved(ticket) => {
            history.moves += 1;
            let reason = "the new credentials are for another object key".to_owned();
            (Stage::Placed(*ticket), reason)
        }
        Setback::Cut => (Stage::New, "the connection was cut".to_owned()),
    };
    run.forget(*history);
    if let Stage::Placed(ticket) = &stage {
        run.keep(Record::ticket(ticket));
    }
    run.tell(Event::StartedOver { reason });
    Ok(stage)
}

fn check_size(run: &Run<'_>) -> Result<(), UploadError> {
    let len_bytes = run.source.len_bytes();
    if len_bytes > OBJECT_MAX_BYTES {
        return Err(UploadError::TooLarge {
            path: run.source.path().to_owned(),
            len_bytes,
            max_bytes: OBJECT_MAX_BYTES,
        });
    }
    Ok(())
}

/// Returns the stage, or the first one if the file has other bytes now than the stored object.
///
/// Parts are compared while others are sent.
async fn if_unchanged(run: &Run<'_>, stage: Stage) -> Result<Stage, UploadError> {
    if let Stage::Stored(_, stored) | Stage::Published(_, stored, _) = &stage {
        let crc64 = run.source.crc64(0, run.source.len_bytes()).await?;
        if crc64 != stored.crc64 {
            run.forget(History::default());
            run.tell(Event::FileChanged);
            return Ok(Stage::New);
        }
    }
    Ok(stage)
}

/// Returns how the object will have been stored if this run succeeds from here.
fn outcome(stage: &Stage) -> Outcome {
    match stage {
        Stage::New | Stage::Placed(_) => Outcome::Uploaded,
        Stage::Sending(_, open) if open.parts.is_empty() => Outcome::Uploaded,
        Stage::Sending(..) => Outcome::Resumed,
        Stage::Stored(..) | Stage::Published(..) => Outcome::Completed,
    }
}

fn tell_resuming(run: &Run<'_>, stage: &Stage) {
    let len_bytes = run.source.len_bytes();
    let safe_bytes = match stage {
        Stage::New | Stage::Placed(_) => return,
        Stage::Sending(_, open) if open.parts.is_empty() => return,
        Stage::Sending(_, open) => open.parts.iter().map(|part| part.len_bytes).sum(),
        Stage::Stored(..) | Stage::Published(..) => len_bytes,
    };
    run.tally.set_safe(safe_bytes);
    run.tell(Event::Resuming {
        safe_bytes,
        len_bytes,
    });
}
