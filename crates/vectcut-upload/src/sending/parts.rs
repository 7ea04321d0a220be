//! A file in parts: the upload is initiated, and its missing parts are sent over several connections.

use std::{pin::pin, time::Instant};

use futures_util::{
    StreamExt,
    future::{AbortHandle, AbortRegistration, Abortable, BoxFuture},
    stream::FuturesUnordered,
};
use oss_client::{Error, StoredObject, UploadId};
use strict_http::TransportKind;

use super::{body::FileBody, kept_parts, progress::ticks, proven::send_proven};
use crate::{
    access::{Access, Setback},
    clock,
    journal::Record,
    limits::gate::Slot,
    policy::{
        plan::{PartRange, Plan, StreamRate},
        stuck::Average,
    },
    shared::Shared,
    stage::{OpenUpload, SafePart},
};

/// How often the connection may fail under one part. Then the part is split: the network may cut every connection after so
/// many bytes.
const CUTS_MAX: u32 = 2;

/// Initiates a multipart upload.
///
/// It is also the early check: a wrong signature, an expired token or a wrong clock shows before any byte is sent.
pub(crate) async fn initiate(access: &Access<'_, '_>) -> Result<OpenUpload, Setback> {
    let (run, place) = (access.run, &access.place);
    let begun = clock::monotonic();
    let upload_id = access
        .request(|attempt| async move {
            run.shared
                .oss
                .initiate_multipart_upload(
                    &place.bucket,
                    &place.object_key,
                    run.content_type,
                    &attempt.signing(),
                )
                .await
        })
        .await?;
    run.shared.gate.measured_round_trip(clock::since(begun));
    access.keep_place();
    run.keep(Record::Upload {
        upload_id: upload_id.as_str().to_owned(),
    });
    Ok(OpenUpload {
        upload_id,
        parts: Vec::new(),
        completing: false,
    })
}

/// Sends what is missing of the file, and returns the upload with all its parts.
///
/// # Cancellation
///
/// Dropping the future closes its connections. Every part that OSS acknowledged is in the journal by then.
pub(crate) async fn send_parts(
    access: &Access<'_, '_>,
    mut open: OpenUpload,
) -> Result<OpenUpload, Setback> {
    let (run, gate) = (access.run, &access.run.shared.gate);
    let upload_id = open.upload_id.clone();
    let mut parts = Parts::new(access, std::mem::take(&mut open.parts));
    let mut changed = pin!(kept_parts::changed(run.source, &parts.acknowledged).fuse());
    let mut sending = FuturesUnordered::new();
    let mut connection: Option<BoxFuture<'_, Slot<'_>>> = None;
    let mut ticks = ticks();
    loop {
        // A part that waits for its retry counts too: a server that fails must not get ever more parts.
        if parts.plan.has_next() && sending.len() < gate.streams() {
            connection.get_or_insert_with(|| Box::pin(gate.acquire()));
        } else {
            // A place in the queue that is not needed would hold up other files.
            connection = None;
        }
        if connection.is_none() && sending.is_empty() && changed.is_done() {
            break;
        }
        tokio::select! {
            biased;
            Some(sent) = sending.next() => parts.take(sent)?,
            slot = connected(&mut connection) => {
                connection = None;
                if let Some(range) = parts.next(slot.rate) {
                    let begun = parts.begin(range);
                    let sent = send_part(access, &upload_id, range, slot);
                    sending.push(async move {
                        Abortable::new(sent, begun).await.unwrap_or(Sent::Stuck(range))
                    });
                }
            }
            part = changed.next(), if !changed.is_done() => if let Some(part) = part {
                parts.take_back(&part.map_err(Setback::Failed)?);
            },
            _ = ticks.tick() => {
                run.tell_progress(sending.len());
                parts.stop_stuck();
            }
        }
    }
    open.parts = parts.acknowledged;
    open.parts.sort_by_key(|part| part.number);
    Ok(open)
}

/// Waits for a connection; forever if none is asked for.
async fn connected<'s>(connection: &mut Option<BoxFuture<'_, Slot<'s>>>) -> Slot<'s> {
    match connection {
        Some(connection) => connection.await,
        None => std::future::pending().await,
    }
}

/// The parts of one file: those that OSS has, and the plan for the others.
struct Parts<'s, 'r, 'a> {
    access: &'s Access<'r, 'a>,
    plan: Plan,
    acknowledged: Vec<SafePart>,
    on_their_way: Vec<OnItsWay>,
    average: Average,
    /// Ranges that were stuck once. Their pieces are left alone, so that every part ends.
    spread: Vec<PartRange>,
}

/// A part that is being sent.
struct OnItsWay {
    range: PartRange,
    begun: Instant,
    abort: AbortHandle,
}

impl<'s, 'r, 'a> Parts<'s, 'r, 'a> {
    fn new(access: &'s Access<'r, 'a>, acknowledged: Vec<SafePart>) -> Self {
        let run = access.run;
        let ranges: Vec<_> = acknowledged.iter().map(SafePart::range).collect();
        Self {
            access,
            plan: Plan::new(run.source.len_bytes(), &ranges, run.shared.part_bytes),
            acknowledged,
            on_their_way: Vec::new(),
            average: Average::default(),
            spread: Vec::new(),
        }
    }

    fn next(&mut self, rate: StreamRate) -> Option<PartRange> {
        let shared = self.access.run.shared;
        self.plan.next(
            rate,
            shared.gate.streams(),
            shared.gate.round_trip(),
            shared.stop.time_left(),
        )
    }

    /// Notes that a part is being sent, and returns what it can be stopped with.
    fn begin(&mut self, range: PartRange) -> AbortRegistration {
        let (abort, registration) = AbortHandle::new_pair();
        let begun = clock::monotonic();
        self.on_their_way.push(OnItsWay {
            range,
            begun,
            abort,
        });
        registration
    }

    /// Stops a part that is stuck while most connections have nothing to do.
    fn stop_stuck(&mut self) {
        let gate = &self.access.run.shared.gate;
        if self.plan.has_next() || self.on_their_way.len() > gate.streams() / 4 {
            return;
        }
        let is_new = |part: &&OnItsWay| !self.spread.iter().any(|whole| whole.holds(part.range));
        for part in self.on_their_way.iter().filter(is_new) {
            let limit = self
                .average
                .stuck_after(part.range.len_bytes, gate.round_trip());
            if limit.is_some_and(|limit| clock::since(part.begun) > limit) {
                part.abort.abort();
            }
        }
    }

    /// Takes how sending a part ended.
    fn take(&mut self, sent: Sent) -> Result<(), Setback> {
        let run = self.access.run;
        match sent {
            Sent::Acknowledged(part) => {
                run.keep(Record::Part(part.clone()));
                run.tally.add_safe(part.len_bytes);
                run.shared
                    .gate
                    .acknowledged(part.len_bytes, run.shared.stop.time_left());
                self.plan.acknowledged(part.len_bytes);
                if let Some(begun) = self.ended(part.range()) {
                    let elapsed = clock::since(begun);
                    self.average.acknowledged(part.len_bytes, elapsed);
                }
                self.acknowledged.push(part);
                Ok(())
            }
            Sent::Cut(range) => {
                self.ended(range);
                self.plan.split(range);
                Ok(())
            }
            Sent::Stuck(range) => {
                self.ended(range);
                let streams = run.shared.gate.streams();
                self.plan.spread(range, streams);
                self.spread.push(range);
                Ok(())
            }
            Sent::Failed(setback) => Err(setback),
        }
    }

    /// Forgets a part that is no longer being sent, and returns when it was begun.
    fn ended(&mut self, range: PartRange) -> Option<Instant> {
        let at = self
            .on_their_way
            .iter()
            .position(|part| part.range == range)?;
        Some(self.on_their_way.swap_remove(at).begun)
    }

    /// The bytes of a part that an earlier run sent have changed since: they are sent again under the same number.
    fn take_back(&mut self, part: &SafePart) {
        self.acknowledged
            .retain(|other| other.number != part.number);
        self.plan.give_back(part.range());
        self.access.run.tally.remove_safe(part.len_bytes);
    }
}

/// How sending a part ended.
enum Sent {
    Acknowledged(SafePart),
    /// The connection failed so often that smaller parts may do better.
    Cut(PartRange),
    /// It was stopped because its connection made too little progress.
    Stuck(PartRange),
    Failed(Setback),
}

/// Sends one part until OSS acknowledges it. Each attempt reads the range again and is signed anew.
async fn send_part<'s>(
    access: &'s Access<'_, '_>,
    upload_id: &UploadId,
    range: PartRange,
    slot: Slot<'s>,
) -> Sent {
    let (run, shared) = (access.run, access.run.shared);
    if let Err(error) = run.source.check_growth().await {
        return Sent::Failed(Setback::Failed(error));
    }
    let upload = access.multipart(upload_id);
    let upload = &upload;
    let sent = send_proven(access, Some(slot), CUTS_MAX, |slot, attempt| async move {
        // The whole slot, not just the rate in it, which is all that is named below: it is in use until the end.
        let mut slot = slot;
        let begun = clock::monotonic();
        let body = FileBody::new(run, range, slot.rate);
        let _in_flight = body.in_flight();
        let signing = attempt.signing();
        let patience = shared.patience_for(slot.rate);
        let sent = shared
            .oss
            .upload_part(
                upload,
                range.number,
                range.len_bytes,
                body,
                &signing,
                patience,
            )
            .await;
        learn(&mut slot, shared, range.len_bytes, begun, &sent);
        sent
    })
    .await;
    match sent {
        Ok(stored) => Sent::Acknowledged(SafePart {
            number: range.number,
            offset: range.offset,
            len_bytes: range.len_bytes,
            etag: stored.etag.map(|etag| etag.to_string()).unwrap_or_default(),
            crc64: stored.sent_crc64.value(),
        }),
        Err(Setback::Cut) => Sent::Cut(range),
        Err(setback) => Sent::Failed(setback),
    }
}

/// Takes over what an attempt says about the connection: its rate, and whether OSS slowed it down.
fn learn(
    slot: &mut Slot<'_>,
    shared: &Shared,
    len_bytes: u64,
    begun: Instant,
    sent: &Result<StoredObject, Error>,
) {
    match sent {
        Ok(stored) => {
            let took = clock::since(begun);
            slot.rate = StreamRate::of(len_bytes, took);
            if stored.throttled_for.is_some_and(|delay| delay > took / 2) {
                shared.gate.throttled();
            }
        }
        // The connection may be slow now, whatever was measured before.
        Err(error) if is_timeout(error) => slot.rate = StreamRate::default(),
        Err(_) => {}
    }
}

fn is_timeout(error: &Error) -> bool {
    matches!(error, Error::Transport { source, .. } if source.kind() == TransportKind::Timeout)
}
