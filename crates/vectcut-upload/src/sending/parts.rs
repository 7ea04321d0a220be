//! A file in parts: the upload is initiated, and its missing parts are sent over several connections.

use std::{pin::pin, time::Instant};

use super::{
    kept_parts,
    part::{PresentAttempt, Sent, send_part},
    progress::ticks,
};
use crate::{
    access::{Access, Setback},
    clock,
    journal::Record,
    limits::gate::Slot,
    policy::{
        plan::{PartRange, Plan, StreamRate},
        stuck::Average,
    },
    run::Run,
    stage::{OpenUpload, SafePart},
};
use futures_util::{
    StreamExt,
    future::{AbortHandle, AbortRegistration, Abortable, BoxFuture},
    stream::FuturesUnordered,
};

/// Initiates a multipart upload.
///
/// It is also the early check: a wrong signature, an expired token or a wrong clock shows before any byte is sent.
pub(crate) async fn initiate(access: &Access<'_, '_>) -> Result<OpenUpload, Setback> {
    let run = access.run;
    let object = &access.object();
    let (oss, gate) = (&run.shared.oss, &run.shared.gate);
    let upload_id = access
        .request(|attempt| async move {
            let signing = attempt.signing();
            let begun = gate.begin_request();
            let upload_id = oss.initiate_multipart_upload(object, &signing).await?;
            gate.responded(begun);
            Ok(upload_id)
        })
        .await?;
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
        if parts.plan.has_next() && sending.len() < parts.streams() {
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
            slot = free(&mut connection) => {
                connection = None;
                if let Some(range) = parts.next(slot.rate) {
                    let attempt = PresentAttempt::default();
                    let stop = parts.begin(range, attempt.clone());
                    let sent = send_part(access, &upload_id, range, slot, attempt);
                    sending.push(async move {
                        Abortable::new(sent, stop).await.unwrap_or(Sent::Stuck(range))
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
    remember_network(run);
    open.parts = parts.acknowledged;
    open.parts.sort_by_key(|part| part.number);
    Ok(open)
}

/// Notes how fast the network is, for the next file or run. An upload with a limit on its rate tells nothing of that.
fn remember_network(run: &Run<'_>) {
    let is_limited = run.shared.pace.is_some();
    if let Some(network) = run.shared.gate.measured().filter(|_| !is_limited) {
        run.shared.remembered.set_network(network, clock::system());
    }
}

/// Plans what is missing of the file, as it suits the network if that is known.
fn plan(run: &Run<'_>, done: &[PartRange]) -> Plan {
    let (shared, gate) = (run.shared, &run.shared.gate);
    let plan = Plan::new(run.source.len_bytes(), done, shared.part_bytes);
    match shared.remembered.network(clock::system()) {
        Some(known) if known.may_be_the_one_of(gate.round_trip()) => {
            plan.beginning_with(known.first_part_bytes(gate.streams_for(run.source.len_bytes())))
        }
        _ => plan,
    }
}

/// Waits for a connection, if one is wanted.
async fn free<'s>(connection: &mut Option<BoxFuture<'s, Slot<'s>>>) -> Slot<'s> {
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
    attempt: PresentAttempt,
    abort: AbortHandle,
}

impl<'s, 'r, 'a> Parts<'s, 'r, 'a> {
    fn new(access: &'s Access<'r, 'a>, acknowledged: Vec<SafePart>) -> Self {
        let run = access.run;
        let ranges: Vec<_> = acknowledged.iter().map(SafePart::range).collect();
        Self {
            access,
            plan: plan(run, &ranges),
            acknowledged,
            on_their_way: Vec::new(),
            average: Average::default(),
            spread: Vec::new(),
        }
    }

    fn next(&mut self, rate: StreamRate) -> Option<PartRange> {
        let shared = self.access.run.shared;
        self.plan.cap(shared.gate.cap_bytes());
        self.plan.next(
            rate,
            self.streams(),
            shared.gate.round_trip(),
            shared.stop.time_left(),
        )
    }

    /// Returns how many connections this file may use now.
    fn streams(&self) -> usize {
        let run = self.access.run;
        run.shared.gate.streams_for(run.source.len_bytes())
    }

    /// Notes that a part is being sent, and returns what it can be stopped with.
    fn begin(&mut self, range: PartRange, attempt: PresentAttempt) -> AbortRegistration {
        let (abort, registration) = AbortHandle::new_pair();
        let begun = clock::monotonic();
        self.on_their_way.push(OnItsWay {
            range,
            begun,
            attempt,
            abort,
        });
        registration
    }

    /// Stops a part that is stuck while most connections have nothing to do. One that waits for its next attempt is not:
    /// the server may have asked for the wait.
    fn stop_stuck(&mut self) {
        let gate = &self.access.run.shared.gate;
        if self.plan.has_next() || self.on_their_way.len() > self.streams() / 4 {
            return;
        }
        let is_new = |part: &&OnItsWay| !self.spread.iter().any(|whole| whole.holds(part.range));
        for part in self.on_their_way.iter().filter(is_new) {
            let limit = self
                .average
                .stuck_after(part.range.len_bytes, gate.round_trip());
            let elapsed = part.attempt.begun().map(clock::since);
            if limit
                .zip(elapsed)
                .is_some_and(|(limit, elapsed)| elapsed > limit)
            {
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
                if let Some(begun) = self.ended(part.range()) {
                    let elapsed = clock::since(begun);
                    self.average.acknowledged(part.len_bytes, elapsed);
                }
                self.acknowledged.push(part);
                Ok(())
            }
            Sent::Cut(range) => {
                self.ended(range);
                run.shared.gate.cut(range.len_bytes);
                self.plan.give_back(range);
                Ok(())
            }
            Sent::Stuck(range) => {
                self.ended(range);
                let streams = self.streams();
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
