//! A file in one PUT.

use oss_client::{Crc64, ObjectKey, PutObject};

use crate::{
    Event, UploadError,
    access::{Access, Setback},
    policy::plan::{PartRange, StreamRate},
    progress_ticks::with_progress,
    run::Tries,
};

/// How often OSS may store something else than was sent, or not say what it stored, before that is the result.
pub(crate) const MISMATCHES_MAX: u32 = 3;

/// What OSS has, proven by its CRC-64.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) crc64: Crc64,
    pub(crate) etag: Option<String>,
}

/// Sends the whole file, again from its start when something goes wrong.
pub(crate) async fn send(access: &Access<'_, '_>) -> Result<Stored, Setback> {
    let (run, object_key) = (access.run, &access.place.object_key);
    let (mut tries, mut mismatches) = (Tries::default(), 0);
    let len_bytes = run.source.len_bytes();
    loop {
        let stream = run.uploader.stream().await;
        let attempt = access.attempt().await?;
        let put = PutObject {
            bucket: &access.place.bucket,
            object_key,
            content_type: &run.header.content_type,
            len_bytes,
        };
        let whole = PartRange {
            number: 1,
            offset: 0,
            len_bytes,
        };
        let rate = StreamRate::default();
        let body = run.body(whole, rate);
        let _in_flight = body.in_flight();
        let signing = attempt.signing();
        let sending =
            run.uploader
                .oss
                .put_object(&put, body, &signing, run.uploader.patience_for(rate));
        let sent = with_progress(run, sending).await;
        // What waits before it tries again leaves its place to others.
        drop(stream);
        match sent {
            Ok(stored) => match stored.crc64 {
                Some(crc64) if crc64 == stored.sent_crc64 => {
                    access.went_through(&attempt);
                    run.tally.set_safe(len_bytes);
                    return Ok(Stored {
                        crc64,
                        etag: stored.etag.map(|etag| etag.to_string()),
                    });
                }
                reported => {
                    mismatches += 1;
                    let error = not_proven(object_key, stored.sent_crc64, reported);
                    if mismatches == MISMATCHES_MAX {
                        return Err(Setback::Failed(error));
                    }
                    run.tally.add_failure();
                    run.tell(Event::Retrying {
                        reason: error.to_string(),
                        delay: std::time::Duration::ZERO,
                    });
                }
            },
            Err(error) => access.recover(error, &attempt, &mut tries).await?,
        }
    }
}

/// The failure of an answer whose CRC-64 is another one than what was sent has, or is missing.
pub(crate) fn not_proven(
    object_key: &ObjectKey,
    sent: Crc64,
    reported: Option<Crc64>,
) -> UploadError {
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
