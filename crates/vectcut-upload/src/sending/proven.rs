//! A request with a body, repeated until OSS proves by its checksum that it stored the bytes.

use oss_client::{Crc64, Error, ObjectKey, StoredObject};

use crate::{
    Event, Step, UploadError,
    access::{Access, Attempt, Setback},
    limits::gate::Slot,
};

/// How often OSS may store something else than was sent, or not report a checksum, before that is the result.
const MISMATCHES_MAX: u32 = 3;

/// Sends bytes until OSS reports their CRC-64. `first` is the connection for the first attempt.
///
/// # Errors
///
/// [`Setback::Failed`] with [`UploadError::Corrupted`] or [`UploadError::Unverified`] after three mismatches;
/// [`Setback::Cut`] after `cuts_max` failures of the connection; all setbacks of [`Access::request_with`].
pub(super) async fn send_proven<'s, F: Future<Output = Result<StoredObject, Error>>>(
    access: &'s Access<'_, '_>,
    mut first: Option<Slot<'s>>,
    cuts_max: u32,
    send: impl Fn(Slot<'s>, Attempt) -> F,
) -> Result<StoredObject, Setback> {
    let gate = &access.run.shared.gate;
    let mut mismatches = 0;
    loop {
        let slot = || {
            let first = first.take();
            async move {
                match first {
                    Some(slot) => slot,
                    None => gate.acquire().await,
                }
            }
        };
        let stored = access.request_with(cuts_max, slot, &send).await?;
        if stored.crc64 == Some(stored.sent_crc64) {
            return Ok(stored);
        }
        mismatches += 1;
        let error = not_proven(&access.place.object_key, stored.sent_crc64, stored.crc64);
        if mismatches == MISMATCHES_MAX {
            return Err(Setback::Failed(error));
        }
        let reason = error.to_string();
        access.run.failed(&reason);
        access.run.tell(Event::Retrying {
            reason,
            delay: std::time::Duration::ZERO,
            step: Step::Put,
            is_unreachable: false,
            gives_up_in: None,
        });
    }
}

fn not_proven(object_key: &ObjectKey, sent: Crc64, reported: Option<Crc64>) -> UploadError {
    let object_key = object_key.clone();
    match reported {
        Some(stored) => UploadError::Corrupted {
            object_key,
            sent,
            stored,
        },
        None => UploadError::Unverified { object_key },
    }
}
