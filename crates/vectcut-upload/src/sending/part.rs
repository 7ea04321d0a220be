//! One part on its way, until OSS acknowledges it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use oss_client::{Error, StoredObject, UploadId};
use strict_http::TransportKind;

use super::{body::FileBody, proven::send_proven};
use crate::{
    access::{Access, Setback},
    clock,
    limits::gate::{Gate, Slot},
    policy::{
        plan::{PartRange, StreamRate},
        streams::NEAR,
    },
    stage::SafePart,
};

/// How often the connection may fail under one part. Then the part is split: the network may cut every connection after so
/// many bytes.
const CUTS_MAX: u32 = 2;

/// How long it usually takes until the HTTP library has a connection back after a response.
const BACK_AFTER: Duration = Duration::from_millis(1);

/// How sending a part ended.
pub(super) enum Sent {
    Acknowledged(SafePart),
    /// The connection failed so often that smaller parts may do better.
    Cut(PartRange),
    /// It was stopped because its connection made too little progress.
    Stuck(PartRange),
    Failed(Setback),
}

/// When the present attempt to send a part began. None while the part waits for its next attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct PresentAttempt(Arc<Mutex<Option<Instant>>>);

impl PresentAttempt {
    pub(super) fn begun(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, begun: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = begun;
    }
}

/// Sends one part until OSS acknowledges it. Each attempt reads the range again and is signed anew, and `attempted`
/// knows when it began.
pub(super) async fn send_part<'s>(
    access: &'s Access<'_, '_>,
    upload_id: &UploadId,
    range: PartRange,
    slot: Slot<'s>,
    attempted: PresentAttempt,
) -> Sent {
    let (run, shared) = (access.run, access.run.shared);
    if let Err(error) = run.source.check_growth().await {
        return Sent::Failed(Setback::Failed(error));
    }
    let upload = access.multipart(upload_id);
    let (upload, attempted) = (&upload, &attempted);
    let sent = send_proven(access, Some(slot), CUTS_MAX, |slot, attempt| async move {
        // The whole slot, not just the rate in it, which is all that is named below: it is in use until the end.
        let mut slot = slot;
        let begun = shared.gate.begin_request();
        attempted.set(Some(begun));
        let body = FileBody::new(run, range, slot.rate);
        let in_flight = body.in_flight();
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
        attempted.set(None);
        if let Some(at) = in_flight.connected_at() {
            shared.gate.connected(at);
        }
        measure(&shared.gate, &mut slot, &sent, range, clock::since(begun));
        until_connection_is_back(&shared.gate).await;
        sent
    })
    .await;
    match sent {
        Ok(stored) => Sent::Acknowledged(safe(range, stored)),
        Err(Setback::Cut) => Sent::Cut(range),
        Err(setback) => Sent::Failed(setback),
    }
}

fn safe(range: PartRange, stored: StoredObject) -> SafePart {
    SafePart {
        number: range.number,
        offset: range.offset,
        len_bytes: range.len_bytes,
        etag: stored.etag.map(|etag| etag.to_string()).unwrap_or_default(),
        crc64: stored.sent_crc64.value(),
    }
}

/// Lets the HTTP library take the connection back before the next part asks for one. Otherwise that part may get a
/// connection that is still in slow start. Near servers know no slow start.
async fn until_connection_is_back(gate: &Gate) {
    if gate.round_trip() >= NEAR {
        tokio::time::sleep(BACK_AFTER).await;
    }
}

/// Notes what an attempt says about its connection.
fn measure(
    gate: &Gate,
    slot: &mut Slot<'_>,
    sent: &Result<StoredObject, Error>,
    range: PartRange,
    elapsed: Duration,
) {
    match sent {
        Ok(stored) => {
            slot.rate = StreamRate::of(range.len_bytes, elapsed);
            if stored
                .throttled_for
                .is_some_and(|delay| delay > elapsed / 2)
            {
                gate.throttled();
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
