//! One file, from stage to stage: place it, send it, publish it.
//!
//! It begins wherever an earlier run has left the upload, and starts over when what was sent is lost.

use std::{
    ops::ControlFlow::{self, Break, Continue},
    pin::pin,
};

use oss_client::{BucketName, PUT_MAX_BYTES};
use vectcut_api::SignedUrl;

use crate::{
    Event, Outcome, Step, UploadError,
    access::{Access, Setback, backend},
    clock,
    error::in_one_line,
    journal::{Kept, Record},
    policy::{
        history::{History, TooOften},
        plan::OBJECT_MAX_BYTES,
        streams::NEAR,
        way::{self, Way},
    },
    publishing,
    run::Run,
    sending,
    stage::{OpenUpload, Place, Proof, Stage, Stored, Ticket},
};

/// How often the connection may fail under a PUT before the file is sent in parts.
const PUT_CUTS_MAX: u32 = 2;

/// An object that is stored, proven, and has its URL.
pub(crate) struct Done {
    pub(crate) place: Place,
    pub(crate) stored: Stored,
    pub(crate) url: SignedUrl,
    pub(crate) outcome: Outcome,
}

/// Uploads the file of `run` from the stage that an earlier run has left it in. `abandoned` is an upload of the file as it
/// was before it changed.
///
/// # Cancellation
///
/// Dropping the future leaves the upload at its stage, for the next run.
pub(crate) async fn upload(
    run: &Run<'_>,
    kept: Kept,
    abandoned: Option<Stage>,
) -> Result<Done, UploadError> {
    check_size(run)?;
    if let Some(Stage::Sending(ticket, open)) = abandoned {
        Access::new(run, &ticket, true).abort(&open.upload_id).await;
    }
    let Kept { stage, mut history } = kept;
    let mut stage = if_unchanged(run, stage).await?;
    if let Some(known) = run.shared.remembered.network(clock::system()) {
        run.shared.gate.expect(known);
    }
    let mut outcome = stage.outcome();
    tell_resuming(run, &stage);
    loop {
        let step = match stage {
            Stage::New => place(run, &history).await,
            Stage::Placed(ticket) => send(run, ticket, None, &mut history).await,
            Stage::Sending(ticket, open) => send(run, ticket, Some(open), &mut history).await,
            Stage::Stored(place, ticket, stored) => {
                note_stored(run, &place, &stored);
                let url = publishing::complete(run, &place, ticket.as_ref(), &stored).await;
                url.map(|url| Break((place, stored, url)))
            }
            Stage::Published(place, stored, url) => {
                note_stored(run, &place, &stored);
                let url = publishing::renew(run, &place, &stored, url).await;
                url.map(|url| Break((place, stored, url)))
            }
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

/// Notes where the object is, if it was ever proven to be stored.
fn note_stored(run: &Run<'_>, place: &Place, stored: &Stored) {
    if stored.proof != Proof::Url {
        run.tally.set_stored_as(Some(place.object_key.clone()));
    }
}

/// What a step leads to: the next stage, or the end.
type Next = Result<ControlFlow<(Place, Stored, SignedUrl), Stage>, Setback>;

/// Asks the backend for a ticket, and meanwhile connects to the bucket of the last run.
async fn place(run: &Run<'_>, history: &History) -> Next {
    run.tell(Event::Step(Step::Init));
    let more = match choose_way(run, history) {
        Way::OnePut => 0,
        Way::Parts => run.shared.gate.streams_for(run.source.len_bytes()) - 1,
    };
    let last_bucket = run.shared.remembered.bucket_of_last_run();
    let mut ahead = connect_ahead(run, last_bucket.as_ref(), 1);
    let mut init = pin!(backend::init(run));
    let (ticket, more) = match tokio::time::timeout(NEAR, &mut init).await {
        // Near servers do not make up for the work of many handshakes.
        Ok(ticket) => (ticket, 0),
        Err(_) => {
            ahead += connect_ahead(run, last_bucket.as_ref(), more);
            (init.await, more)
        }
    };
    let ticket = ticket.map_err(Setback::Failed)?;
    let bucket = &ticket.place.bucket;
    if last_bucket.as_ref() != Some(bucket) && !run.shared.bucket.has_responded() {
        run.shared.gate.opened_in_vain(ahead);
        // The next request opens one connection itself.
        connect_ahead(run, Some(bucket), more);
    }
    run.keep(Record::ticket(&ticket));
    Ok(Continue(Stage::Placed(ticket)))
}

/// Opens connections for the requests to come, so that all of them start at once. Returns how many.
fn connect_ahead(run: &Run<'_>, bucket: Option<&BucketName>, wanted: usize) -> usize {
    let Some(bucket) = bucket else { return 0 };
    let granted = run.shared.gate.open_ahead(wanted);
    for _ in 0..granted {
        let (oss, bucket) = (run.shared.oss.clone(), bucket.clone());
        run.open(async move { oss.connect_ahead(&bucket).await });
    }
    granted
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
            // The last part may have been acknowledged after the last tick.
            run.tell_progress(0);
            run.tell(Event::Stored);
            let ticket = access.ticket();
            Ok(Continue(Stage::Stored(
                ticket.place.clone(),
                Some(ticket),
                stored,
            )))
        }
        // Smaller requests may pass where the connection is cut; a PUT cannot be split.
        Err(Setback::Cut) => {
            run.shared.gate.cut(run.source.len_bytes());
            Ok(Continue(Stage::Placed(access.ticket())))
        }
        Err(setback) => Err(setback),
    }
}

fn choose_way(run: &Run<'_>, history: &History) -> Way {
    let (shared, len_bytes) = (run.shared, run.source.len_bytes());
    let put_fits = len_bytes <= shared.gate.cap_bytes()
        && way::put_fits(
            len_bytes,
            shared.gate.bytes_per_second(),
            shared.stop.time_left(),
        );
    way::choose(way::Known {
        len_bytes,
        part_bytes: shared.part_bytes,
        put_max_bytes: PUT_MAX_BYTES,
        moves: history.moves,
        unfinished_puts: history.puts,
        parts_denied: history.parts_denied,
        put_fits,
    })
}

async fn put(access: &Access<'_, '_>, history: &mut History) -> Result<Stored, Setback> {
    if history.put() == Err(TooOften) {
        let starts = history.puts;
        return Err(Setback::Failed(UploadError::NeverFinished { starts }));
    }
    if history.parts_denied {
        access.run.tally.set_needs_one_run();
    }
    let is_only_way = history.parts_denied || access.run.source.len_bytes() == 0;
    let cuts_max = match history.moves {
        _ if is_only_way => u32::MAX,
        0 => PUT_CUTS_MAX,
        // Parts have lost once, so it takes more to send them again.
        _ => 3 * PUT_CUTS_MAX,
    };
    let stored = sending::put(access, cuts_max).await;
    if matches!(stored, Err(Setback::Replaced(_))) {
        // OSS refused it before it took a byte.
        history.put_was_refused();
    }
    stored
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
        Setback::Failed(error) | Setback::Denied(error) => error.is_final(),
        Setback::Replaced(_) | Setback::Cut => false,
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
        Setback::Lost(error) => match history.lost() {
            Ok(()) => (Stage::New, in_one_line(&error)),
            Err(TooOften) => return Err(error),
        },
        Setback::Moved(ticket) => match history.moved() {
            Ok(()) => {
                let reason = "the new credentials are for another object key".to_owned();
                (Stage::Placed(*ticket), reason)
            }
            Err(TooOften) => return Err(too_short(*ticket)),
        },
        Setback::Replaced(ticket) => match history.replaced() {
            Ok(()) => return Ok(replace(run, *ticket, *history)),
            Err(TooOften) => return Err(too_short(*ticket)),
        },
        Setback::Cut => (Stage::New, "the connection was cut".to_owned()),
    };
    run.forget(*history);
    if let Stage::Placed(ticket) = &stage {
        run.keep(Record::ticket(ticket));
    }
    run.tell(Event::StartedOver { reason });
    Ok(stage)
}

/// Takes another ticket. Nothing was sent with the one before.
fn replace(run: &Run<'_>, ticket: Ticket, history: History) -> Stage {
    run.forget(history);
    run.keep(Record::ticket(&ticket));
    Stage::Placed(ticket)
}

fn too_short(ticket: Ticket) -> UploadError {
    UploadError::CredentialsTooShort {
        object_key: ticket.place.object_key,
    }
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
    if let Stage::Stored(_, _, stored) | Stage::Published(_, stored, _) = &stage {
        let crc64 = run.source.whole_crc64(|_| {}).await?;
        if crc64 != stored.crc64 {
            run.forget(History::default());
            run.tell(Event::FileChanged);
            return Ok(Stage::New);
        }
    }
    Ok(stage)
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
