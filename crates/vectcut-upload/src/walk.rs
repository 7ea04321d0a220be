//! The walk of one file: init, put, compare, complete, from wherever an earlier run has left it.

use std::time::Instant;

use oss_client::{BucketName, Crc64, ObjectKey, PUT_MAX_BYTES, UploadId};
use vectcut_api::SignedUrl;

use crate::{
    Event, Fault, Outcome, Published, Step, UploadError,
    access::{Access, Place, Setback, Ticket, in_one_line},
    backend,
    journal::{Kept, KeptPlace, KeptUrl, Record, SafePart},
    parts,
    policy::plan::{OBJECT_MAX_BYTES, SINGLE_PUT_MAX_BYTES},
    run::Run,
    single_put::{self, MISMATCHES_MAX, Stored},
};

/// How often a file is begun anew in one run, because what was sent was lost or was good for nothing.
const STARTS_MAX: u32 = MISMATCHES_MAX;

/// Where an upload stands: as an earlier run has left it, or at its beginning.
#[derive(Default)]
struct Stage {
    ticket: Option<Ticket>,
    /// Whether an earlier run got the ticket.
    kept: bool,
    upload_id: Option<UploadId>,
    parts: Vec<SafePart>,
    completing: bool,
    stored: Option<Stored>,
}

/// Uploads the file of `run`, and goes on from what `kept` has of it.
pub(crate) async fn walk(
    run: &Run<'_>,
    batch: &str,
    kept: Kept,
    begun: Instant,
) -> Result<Published, UploadError> {
    let stage = match kept {
        Kept {
            published: Some(url),
            place: Some(place),
            stored: Some((crc64, etag)),
            ..
        } if url.batch == batch
            && let Some(signed_url) = still_good(run, &url) =>
        {
            return Ok(published_before(
                run, url, signed_url, place, crc64, etag, begun,
            ));
        }
        // The file was up, and is wanted again.
        Kept {
            published: Some(url),
            ..
        } if url.batch != batch => {
            run.forget();
            Stage::default()
        }
        kept => Stage::from_kept(kept),
    };
    check_size(run)?;
    let outcome = stage.tell_resuming(run);
    finish(run, batch, stage, outcome, begun).await
}

/// Publishes from a stage, and begins anew when what was sent is lost.
async fn finish(
    run: &Run<'_>,
    batch: &str,
    mut stage: Stage,
    mut outcome: Outcome,
    begun: Instant,
) -> Result<Published, UploadError> {
    let mut starts = 1;
    loop {
        let (ticket, kept) = match stage.ticket.take() {
            Some(ticket) => (ticket, stage.kept),
            None => (init(run).await?, false),
        };
        let access = Access::new(run, ticket, kept, stage.upload_id.is_some());
        let setback = match publish(&access, stage, outcome).await {
            Ok((stored, url)) => return Ok(published(&access, batch, stored, url, outcome, begun)),
            Err(setback) => setback,
        };
        let (ticket, reason) = match setback {
            Setback::Failed(error) | Setback::Denied(error) => return Err(error),
            Setback::Lost(error) if starts == STARTS_MAX => return Err(error),
            Setback::Moved(_) if starts == STARTS_MAX => {
                return Err(UploadError::CredentialsTooShort {
                    object_key: access.place.object_key,
                });
            }
            // What an earlier run had is no use, perhaps because its place is gone too.
            Setback::Lost(error) if outcome != Outcome::Uploaded => (None, in_one_line(&error)),
            Setback::Lost(error) => (Some(access.ticket()), in_one_line(&error)),
            Setback::Moved(ticket) => (
                Some(*ticket),
                "new credentials came for another object key".to_owned(),
            ),
        };
        starts += 1;
        run.forget();
        if let Some(ticket) = &ticket {
            run.keep(&ticket.record());
        }
        run.tell(Event::StartedOver { reason });
        (stage, outcome) = (
            Stage {
                ticket,
                ..Stage::default()
            },
            Outcome::Uploaded,
        );
    }
}

/// Gets a ticket, and opens a connection to the bucket's host meanwhile when the last run tells which that is.
async fn init(run: &Run<'_>) -> Result<Ticket, UploadError> {
    run.tell(Event::Step(Step::Init));
    if let Some(bucket) = run.uploader.remembered.bucket_of_last_run() {
        let oss = run.uploader.oss.clone();
        tokio::spawn(async move { oss.connect_ahead(&bucket).await });
    }
    let ticket = backend::init(run).await?;
    run.keep(&ticket.record());
    Ok(ticket)
}

/// Puts what is missing, and completes.
async fn publish(
    access: &Access<'_, '_>,
    stage: Stage,
    outcome: Outcome,
) -> Result<(Stored, SignedUrl), Setback> {
    let run = access.run;
    let stored = match stage.stored {
        Some(stored) => stored,
        None => {
            run.tell(Event::Step(Step::Put));
            let stored = put(access, stage).await?;
            run.keep(&Record::Stored {
                crc64: stored.crc64.value(),
                etag: stored.etag.clone(),
            });
            run.tell(Event::Stored);
            stored
        }
    };
    run.tell(Event::Step(Step::Complete));
    match backend::complete(run, &access.place.object_key).await {
        Ok(url) => Ok((stored, url)),
        // The backend no longer knows the object of an earlier run, or never saw it: a stale journal heals itself.
        Err(error) if outcome != Outcome::Uploaded && error.fault() == Fault::Refused => {
            Err(Setback::Lost(error))
        }
        Err(error) => Err(Setback::Failed(error)),
    }
}

/// Sends the file: in one PUT when it is small or parts are denied, else in parts.
async fn put(access: &Access<'_, '_>, stage: Stage) -> Result<Stored, Setback> {
    let run = access.run;
    let single_max = run
        .uploader
        .part_bytes
        .unwrap_or(SINGLE_PUT_MAX_BYTES)
        .min(SINGLE_PUT_MAX_BYTES);
    if run.source.len_bytes() <= single_max {
        return put_at_once(access).await;
    }
    let upload_id = match stage.upload_id {
        Some(upload_id) => upload_id,
        None => match parts::initiate(access).await {
            Err(Setback::Denied(_)) if run.source.len_bytes() <= PUT_MAX_BYTES => {
                run.tell(Event::PartsDenied);
                return put_at_once(access).await;
            }
            outcome => outcome?,
        },
    };
    let parts = parts::send(access, &upload_id, stage.parts).await?;
    run.source
        .check_unchanged()
        .await
        .map_err(Setback::Failed)?;
    parts::join(access, &upload_id, &parts, stage.completing).await
}

async fn put_at_once(access: &Access<'_, '_>) -> Result<Stored, Setback> {
    let stored = single_put::send(access).await?;
    access
        .run
        .source
        .check_unchanged()
        .await
        .map_err(Setback::Failed)?;
    Ok(stored)
}

fn published(
    access: &Access<'_, '_>,
    batch: &str,
    stored: Stored,
    url: SignedUrl,
    outcome: Outcome,
    begun: Instant,
) -> Published {
    let run = access.run;
    let attempts = run.tally.attempts();
    run.keep(&Record::Published {
        batch: batch.to_owned(),
        url: url.expose().to_owned(),
        resumed: outcome != Outcome::Uploaded,
        attempts,
    });
    Published {
        bucket: access.place.bucket.as_str().to_owned(),
        object_key: access.place.object_key.as_str().to_owned(),
        len_bytes: run.source.len_bytes(),
        content_type: run.header.content_type.clone(),
        crc64: stored.crc64,
        etag: stored.etag,
        public_signed_url: url,
        outcome,
        attempts,
        elapsed: begun.elapsed(),
    }
}

/// Returns the kept URL unless it has expired or is damaged; another complete gives a new one.
fn still_good(run: &Run<'_>, kept: &KeptUrl) -> Option<SignedUrl> {
    let url = SignedUrl::parse(&kept.url).ok()?;
    let has_expired = url
        .expires_at()
        .is_some_and(|end| end <= run.uploader.clock.now());
    (!has_expired).then_some(url)
}

/// The result that an earlier run of the same batch had.
fn published_before(
    run: &Run<'_>,
    url: KeptUrl,
    signed_url: SignedUrl,
    place: KeptPlace,
    crc64: Crc64,
    etag: Option<String>,
    begun: Instant,
) -> Published {
    Published {
        bucket: place.bucket,
        object_key: place.object_key,
        len_bytes: run.source.len_bytes(),
        content_type: run.header.content_type.clone(),
        crc64,
        etag,
        public_signed_url: signed_url,
        outcome: if url.resumed {
            Outcome::Resumed
        } else {
            Outcome::Uploaded
        },
        attempts: url.attempts,
        elapsed: begun.elapsed(),
    }
}

fn check_size(run: &Run<'_>) -> Result<(), UploadError> {
    let len_bytes = run.source.len_bytes();
    if len_bytes > OBJECT_MAX_BYTES {
        let path = run.source.path().to_owned();
        return Err(UploadError::TooLarge {
            path,
            len_bytes,
            max_bytes: OBJECT_MAX_BYTES,
        });
    }
    Ok(())
}

impl Stage {
    fn from_kept(kept: Kept) -> Self {
        let Some(ticket) = kept.place.and_then(ticket) else {
            return Self::default();
        };
        Self {
            ticket: Some(ticket),
            kept: true,
            upload_id: kept.upload_id.map(UploadId::new),
            parts: kept.parts,
            completing: kept.completing,
            stored: kept.stored.map(|(crc64, etag)| Stored { crc64, etag }),
        }
    }

    /// Says what of the file is safe already, and returns how the upload will have come about.
    fn tell_resuming(&self, run: &Run<'_>) -> Outcome {
        let len_bytes = run.source.len_bytes();
        let (outcome, safe_bytes) = match (&self.stored, self.parts.as_slice()) {
            (Some(_), _) => (Outcome::Completed, len_bytes),
            (None, []) => return Outcome::Uploaded,
            (None, parts) => (
                Outcome::Resumed,
                parts.iter().map(|part| part.len_bytes).sum(),
            ),
        };
        run.tally.set_safe(safe_bytes);
        run.tell(Event::Resuming {
            safe_bytes,
            len_bytes,
        });
        outcome
    }
}

/// A kept place is checked like a received one; what does not pass is as good as nothing.
fn ticket(kept: KeptPlace) -> Option<Ticket> {
    let place = Place {
        bucket: BucketName::parse(kept.bucket).ok()?,
        object_key: ObjectKey::parse(kept.object_key).ok()?,
        region: kept.region,
    };
    Some(Ticket {
        place,
        credentials: kept.credentials.into(),
    })
}
