//! A file in parts: initiate, parts over several streams, and joining them.

use std::time::Instant;

use futures_util::{StreamExt, stream::FuturesUnordered};
use oss_client::{Crc64, MultipartUpload, Part, UploadId};
use strict_http::{ServerText, TransportKind};

use crate::{
    Event, UploadError,
    access::{Access, Setback},
    clock,
    journal::{Record, SafePart},
    policy::plan::{PartRange, Plan, StreamRate},
    policy::streams::Streams,
    policy::verdict::{self, Verdict},
    progress_ticks::ticks,
    run::Tries,
    single_put::{MISMATCHES_MAX, Stored, not_proven},
};

/// Begins an upload in parts. It is also the early check: a wrong signature, an expired token or a skewed clock shows
/// here, before any byte of the file is sent.
pub(crate) async fn initiate(access: &Access<'_, '_>) -> Result<UploadId, Setback> {
    let mut tries = Tries::default();
    loop {
        let attempt = access.attempt().await?;
        let (place, content_type) = (&access.place, &access.run.header.content_type);
        let oss = &access.run.uploader.oss;
        match oss
            .initiate_multipart_upload(
                &place.bucket,
                &place.object_key,
                content_type,
                &attempt.signing(),
            )
            .await
        {
            Ok(upload_id) => {
                access.went_through(&attempt);
                access.is_worth_keeping();
                access.run.keep(&Record::Upload {
                    upload_id: upload_id.as_str().to_owned(),
                });
                return Ok(upload_id);
            }
            Err(error) => access.recover(error, &attempt, &mut tries).await?,
        }
    }
}

/// Sends what is missing, and returns all parts in the order of their numbers.
///
/// Dropping the future closes its connections; every part that went through is in the journal by then.
pub(crate) async fn send(
    access: &Access<'_, '_>,
    upload_id: &UploadId,
    mut parts: Vec<SafePart>,
) -> Result<Vec<SafePart>, Setback> {
    let (run, begun) = (access.run, clock::monotonic());
    let ranges: Vec<_> = parts.iter().map(SafePart::range).collect();
    let mut plan = Plan::new(run.source.len_bytes(), &ranges, run.uploader.part_bytes);
    let mut streams = Streams::new(run.uploader.streams);
    let mut rates = Vec::new();
    let mut sending = FuturesUnordered::new();
    let mut ticks = ticks();
    loop {
        while sending.len() < streams.count() {
            let rate = rates.pop().unwrap_or_default();
            let Some(range) = plan.next(rate, streams.count()) else {
                break;
            };
            sending.push(send_part(access, upload_id, range, rate));
        }
        tokio::select! {
            biased;
            sent = sending.next() => {
                let Some(sent) = sent else { break };
                let SentPart { part, rate, throttled } = sent?;
                run.keep(&Record::Part(part.clone()));
                run.tally.add_safe(part.len_bytes);
                streams.acknowledged(part.len_bytes, begun.elapsed());
                rates.push(rate);
                parts.push(part);
                if throttled {
                    streams.throttled(begun.elapsed());
                }
            }
            _ = ticks.tick() => {
                run.tell_progress(sending.len());
                if run.tally.take_throttled() {
                    streams.throttled(begun.elapsed());
                }
            }
        }
    }
    parts.sort_by_key(|part| part.number);
    Ok(parts)
}

struct SentPart {
    part: SafePart,
    rate: StreamRate,
    throttled: bool,
}

/// Sends one part until it has gone through: each attempt reads the range again and signs again.
async fn send_part(
    access: &Access<'_, '_>,
    upload_id: &UploadId,
    range: PartRange,
    mut rate: StreamRate,
) -> Result<SentPart, Setback> {
    let (run, place) = (access.run, &access.place);
    let upload = MultipartUpload {
        bucket: &place.bucket,
        object_key: &place.object_key,
        upload_id,
    };
    let (mut tries, mut mismatches) = (Tries::default(), 0);
    loop {
        let stream = run.uploader.stream().await;
        let attempt = access.attempt().await?;
        let begun = clock::monotonic();
        let body = run.body(range, rate);
        let _in_flight = body.in_flight();
        let patience = run.uploader.patience_for(rate);
        let signing = attempt.signing();
        let sent = run
            .uploader
            .oss
            .upload_part(
                &upload,
                range.number,
                range.len_bytes,
                body,
                &signing,
                patience,
            )
            .await;
        // What waits before it tries again leaves its place to others.
        drop(stream);
        match sent {
            Ok(stored) if stored.crc64 != Some(stored.sent_crc64) => {
                mismatches += 1;
                let error = not_proven(&place.object_key, stored.sent_crc64, stored.crc64);
                if mismatches == MISMATCHES_MAX {
                    return Err(Setback::Failed(error));
                }
                run.tally.add_failure();
                run.tell(Event::Retrying {
                    reason: error.to_string(),
                    delay: std::time::Duration::ZERO,
                });
            }
            Ok(stored) => {
                access.went_through(&attempt);
                let throttled = stored
                    .throttled_for
                    .is_some_and(|delay| delay > begun.elapsed() / 2);
                let part = SafePart {
                    number: range.number,
                    offset: range.offset,
                    len_bytes: range.len_bytes,
                    etag: stored.etag.map(|etag| etag.to_string()).unwrap_or_default(),
                    crc64: stored.sent_crc64.value(),
                };
                return Ok(SentPart {
                    part,
                    rate: rate_since(begun, range),
                    throttled,
                });
            }
            Err(error) => {
                // Whatever was measured, the line is another one now, and may be a slow one.
                if is_timeout(&error) {
                    rate = StreamRate::default();
                }
                access.recover(error, &attempt, &mut tries).await?;
            }
        }
    }
}

fn is_timeout(error: &oss_client::Error) -> bool {
    matches!(error, oss_client::Error::Transport { source, .. } if source.kind() == TransportKind::Timeout)
}

fn rate_since(begun: Instant, range: PartRange) -> StreamRate {
    StreamRate::of(range.len_bytes, begun.elapsed())
}

/// Lets OSS join the parts and proves the whole.
///
/// `asked_before` says that an earlier run, or an attempt whose answer was lost, may have done it already.
pub(crate) async fn join(
    access: &Access<'_, '_>,
    upload_id: &UploadId,
    parts: &[SafePart],
    mut asked_before: bool,
) -> Result<Stored, Setback> {
    let (run, place) = (access.run, &access.place);
    let upload = MultipartUpload {
        bucket: &place.bucket,
        object_key: &place.object_key,
        upload_id,
    };
    let list: Vec<_> = parts
        .iter()
        .map(|part| Part {
            number: part.number,
            etag: ServerText::clean(&part.etag, ServerText::CODE_MAX_CHARS, &[]),
        })
        .collect();
    let crc64 = parts.iter().fold(Crc64::EMPTY, |crc64, part| {
        crc64.followed_by(part.crc64(), part.len_bytes)
    });
    run.keep(&Record::Completing);
    let mut tries = Tries::default();
    loop {
        let attempt = access.attempt().await?;
        match run
            .uploader
            .oss
            .complete_multipart_upload(&upload, &list, &attempt.signing())
            .await
        {
            Ok(completed) => {
                access.went_through(&attempt);
                return proven(
                    access,
                    crc64,
                    completed.crc64.unwrap_or(crc64),
                    completed.etag.map(|etag| etag.to_string()),
                );
            }
            Err(error) if asked_before && verdict::on(&error) == Verdict::NoSuchUpload => {
                return look_for_object(access, crc64, run.failure(error, &place.object_key)).await;
            }
            Err(error) => {
                // The answer may have been lost after the work was done.
                asked_before |= verdict::on(&error) == Verdict::Again;
                access.recover(error, &attempt, &mut tries).await?;
            }
        }
    }
}

/// Finds out whether a complete whose answer was lost has succeeded: `NoSuchUpload` also comes after success.
///
/// *Assumed*: HEAD may be denied (docs/protocol.md, "policy"). Then each part's own CRC-64 has proven the bytes, and the
/// backend's complete decides whether the object is there.
async fn look_for_object(
    access: &Access<'_, '_>,
    crc64: Crc64,
    lost: UploadError,
) -> Result<Stored, Setback> {
    let (run, place) = (access.run, &access.place);
    let mut tries = Tries::default();
    loop {
        let attempt = access.attempt().await?;
        match run
            .uploader
            .oss
            .head_object(&place.bucket, &place.object_key, &attempt.signing())
            .await
        {
            Ok(info)
                if info
                    .len_bytes
                    .is_none_or(|len_bytes| len_bytes == run.source.len_bytes()) =>
            {
                access.went_through(&attempt);
                return proven(
                    access,
                    crc64,
                    info.crc64.unwrap_or(crc64),
                    info.etag.map(|etag| etag.to_string()),
                );
            }
            Ok(_) => return Err(Setback::Lost(lost)),
            Err(oss_client::Error::Refused { reply, .. }) if reply.status == 404 => {
                return Err(Setback::Lost(lost));
            }
            // An answer to HEAD has no body, so a denial may come without its code.
            Err(oss_client::Error::Refused { reply, .. })
                if reply.status == 403 && reply.code.is_none() =>
            {
                return Ok(Stored { crc64, etag: None });
            }
            Err(error) => match access.recover(error, &attempt, &mut tries).await {
                Err(Setback::Denied(_)) => return Ok(Stored { crc64, etag: None }),
                outcome => outcome?,
            },
        }
    }
}

fn proven(
    access: &Access<'_, '_>,
    sent: Crc64,
    stored: Crc64,
    etag: Option<String>,
) -> Result<Stored, Setback> {
    if sent == stored {
        return Ok(Stored {
            crc64: stored,
            etag,
        });
    }
    let object_key = access.place.object_key.clone();
    Err(Setback::Lost(UploadError::Corrupted {
        object_key,
        sent,
        stored,
    }))
}
