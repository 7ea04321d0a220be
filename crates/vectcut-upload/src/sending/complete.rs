//! Joining the parts, and finding out whether that happened when the response was lost.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use oss_client::{CompletedObject, Crc64, Error, Part};
use strict_http::ServerText;

use crate::{
    UploadError,
    access::{Access, Setback},
    journal::Record,
    policy::verdict::{self, Verdict},
    stage::{OpenUpload, Proof, SafePart, Stored, joined_crc64},
};

/// Asks OSS to join the parts, and compares the checksum of the whole.
pub(crate) async fn complete(
    access: &Access<'_, '_>,
    open: &OpenUpload,
) -> Result<Stored, Setback> {
    let run = access.run;
    let crc64 = joined_crc64(&open.parts);
    run.source
        .check_unchanged(crc64)
        .await
        .map_err(Setback::Failed)?;
    run.keep(Record::Completing);
    // Only if the next run knows of this request can it tell a lost response from a lost upload.
    run.settle_journal().await;
    match join(access, open).await? {
        Ok(completed) => stored(access, crc64, completed.crc64, completed.etag),
        Err(lost) => match look(access).await? {
            Seen::There {
                len_bytes,
                crc64: reported,
                etag,
            } if len_bytes.is_none_or(|len_bytes| len_bytes == run.source.len_bytes()) => {
                stored(access, crc64, reported, etag)
            }
            Seen::There { .. } | Seen::Gone => Err(Setback::Lost(access.failure(lost))),
            Seen::Unknown => stored(access, crc64, None, None),
        },
    }
}

/// Asks OSS to join the parts. The inner error says that OSS does not know the upload, perhaps because it has joined the
/// parts already and its response was lost.
async fn join(
    access: &Access<'_, '_>,
    open: &OpenUpload,
) -> Result<Result<CompletedObject, Error>, Setback> {
    let list: Vec<_> = open.parts.iter().map(listed).collect();
    let upload = access.multipart(&open.upload_id);
    let asked_before = AtomicBool::new(open.completing);
    let (upload, list, asked_before) = (&upload, &list, &asked_before);
    let oss = &access.run.shared.oss;
    access
        .request(|attempt| async move {
            let signing = attempt.signing();
            let completed = oss.complete_multipart_upload(upload, list, &signing).await;
            let error = match completed {
                Ok(completed) => return Ok(Ok(completed)),
                Err(error) => error,
            };
            match verdict::on(&error) {
                Verdict::NoSuchUpload if asked_before.load(Relaxed) => return Ok(Err(error)),
                // OSS may have joined the parts, and only the response was lost.
                Verdict::Again | Verdict::AgainAFewTimes => asked_before.store(true, Relaxed),
                _ => {}
            }
            Err(error)
        })
        .await
}

fn listed(part: &SafePart) -> Part {
    let etag = ServerText::clean(&part.etag, ServerText::CODE_MAX_CHARS, &[]);
    Part::new(part.number, etag)
}

/// What HEAD tells about the object.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It is there, with what the response says about it.
    There {
        len_bytes: Option<u64>,
        crc64: Option<Crc64>,
        etag: Option<ServerText>,
    },
    /// OSS says that there is no such object.
    Gone,
    /// The credentials do not allow to look (assumption A14).
    Unknown,
}

/// Looks whether the object is there.
pub(crate) async fn look(access: &Access<'_, '_>) -> Result<Seen, Setback> {
    let place = &access.place;
    let looked = access
        .request(|attempt| async move {
            let signing = attempt.signing();
            let oss = &access.run.shared.oss;
            match oss
                .head_object(&place.bucket, &place.object_key, &signing)
                .await
            {
                Ok(info) => Ok(Seen::There {
                    len_bytes: info.len_bytes,
                    crc64: info.crc64,
                    etag: info.etag,
                }),
                Err(Error::Refused { reply, .. }) if reply.status == 404 && reply.is_from_oss() => {
                    Ok(Seen::Gone)
                }
                // A response to HEAD has no body, so a refusal may come without its code.
                Err(Error::Refused { reply, .. })
                    if reply.status == 403 && reply.code.is_none() =>
                {
                    Ok(Seen::Unknown)
                }
                Err(error) => Err(error),
            }
        })
        .await;
    match looked {
        Err(Setback::Denied(_)) => Ok(Seen::Unknown),
        looked => looked,
    }
}

fn stored(
    access: &Access<'_, '_>,
    sent: Crc64,
    reported: Option<Crc64>,
    etag: Option<ServerText>,
) -> Result<Stored, Setback> {
    let proof = match reported {
        Some(stored) if stored != sent => {
            let object_key = access.place.object_key.clone();
            return Err(Setback::Lost(UploadError::Corrupted {
                object_key,
                sent,
                stored,
            }));
        }
        Some(_) => Proof::Crc64,
        None => Proof::Url,
    };
    Ok(Stored {
        crc64: sent,
        etag,
        proof,
    })
}
