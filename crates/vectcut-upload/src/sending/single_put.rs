//! A file in one PUT.

use oss_client::StoredObject;

use super::{body::FileBody, progress::with_progress, proven::send_proven};
use crate::{
    access::{Access, Setback},
    journal::Record,
    policy::plan::{PartRange, StreamRate},
    stage::{Proof, Stored},
};

/// Sends the whole file, again from its start after a failure. It ends with [`Setback::Cut`] after `cuts_max` failures of
/// the connection.
pub(crate) async fn put(access: &Access<'_, '_>, cuts_max: u32) -> Result<Stored, Setback> {
    let (run, shared) = (access.run, access.run.shared);
    let len_bytes = run.source.len_bytes();
    let object = access.object();
    let whole = PartRange {
        number: 1,
        offset: 0,
        len_bytes,
    };
    run.keep(Record::Putting);
    let object = &object;
    let sent = send_proven(access, None, cuts_max, |slot, attempt| async move {
        let _in_use = slot;
        let rate = StreamRate::default();
        let body = FileBody::new(run, whole, rate);
        let _in_flight = body.in_flight();
        let signing = attempt.signing();
        shared
            .oss
            .put_object(object, len_bytes, body, &signing, shared.patience_for(rate))
            .await
    });
    let StoredObject {
        sent_crc64, etag, ..
    } = with_progress(run, sent).await?;
    run.source
        .check_unchanged(sent_crc64)
        .await
        .map_err(Setback::Failed)?;
    shared.gate.acknowledged(len_bytes, shared.stop.time_left());
    run.tally.add_safe(len_bytes);
    Ok(Stored {
        crc64: sent_crc64,
        etag,
        proof: Proof::Crc64,
    })
}
