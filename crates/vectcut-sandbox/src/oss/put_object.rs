//! PutObject, and what it shares with UploadPart: receiving a body under OSS's rules.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::error_reply::OssError;
use super::{Call, Halt};
use crate::intake::Intake;
use crate::oss_code::OssCode;
use crate::reply::Reply;
use crate::store::{CommitError, ObjectRecord, Received};

/// The largest body of one PUT, object or part: 5 GB, in bytes.
const BODY_MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// The largest user metadata, in bytes.
const METADATA_MAX_BYTES: usize = 8 * 1024;

/// Headers that OSS keeps with an object and sends back with it.
const KEPT_HEADERS: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

/// Stores the body as the object.
pub(super) async fn put(call: &Call<'_>, intake: &mut Intake) -> Result<Reply, Halt> {
    let headers = kept_headers(call)?;
    if call.forbids_overwrite() && call.store.find(&call.bucket, &call.key).is_some() {
        return Err(OssCode::FileAlreadyExists.into());
    }
    let received = receive(call, intake).await?;
    let record = ObjectRecord::put(&call.bucket, &call.key, &received, call.now_ms(), headers);
    let md5_base64 = record.content_md5.clone().unwrap_or_default();
    let forbid_overwrite = call.forbids_overwrite();
    let record = call
        .store
        .run(move |store| store.commit(received, record, forbid_overwrite))
        .await
        .map_err(commit_error)?;
    Ok(Reply::status(200)
        .header("etag", &record.etag)
        .header("x-oss-hash-crc64ecma", record.crc64.to_string())
        .header("content-md5", md5_base64))
}

/// Receives the body of a PUT. It checks the announced length and the MD5 before it stores anything.
pub(super) async fn receive(call: &Call<'_>, intake: &mut Intake) -> Result<Received, Halt> {
    let announced = announced_length(call)?;
    let wanted_md5 = match call.wire.header("content-md5") {
        None => None,
        Some(text) => {
            let md5 = BASE64_STANDARD
                .decode(text)
                .ok()
                .filter(|md5| md5.len() == 16);
            Some(md5.ok_or_else(|| {
                OssError::new(OssCode::InvalidDigest)
                    .message("The Content-MD5 you specified was invalid.")
            })?)
        }
    };
    let receiving = call.store.receive();
    let mut len_bytes = 0_u64;
    while let Some(bytes) = intake.next().await? {
        len_bytes += bytes.len() as u64;
        if len_bytes > BODY_MAX_BYTES {
            return Err(OssCode::EntityTooLarge.into());
        }
        receiving.push(bytes).await;
    }
    let received = receiving.finish().await?;
    if announced.is_some_and(|announced| announced != received.len_bytes) {
        return Err(OssCode::IncompleteBody.into());
    }
    if wanted_md5.is_some_and(|wanted| wanted != received.md5) {
        return Err(OssCode::InvalidDigest.into());
    }
    Ok(received)
}

/// Returns the headers that stay with the object.
pub(super) fn kept_headers(call: &Call<'_>) -> Result<Vec<(String, String)>, Halt> {
    let is_kept = |name: &str| KEPT_HEADERS.contains(&name) || name.starts_with("x-oss-meta-");
    let kept: Vec<(String, String)> = call
        .wire
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .filter(|(name, _)| is_kept(name))
        .collect();
    let metadata: usize = kept
        .iter()
        .filter(|(name, _)| name.starts_with("x-oss-meta-"))
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if metadata > METADATA_MAX_BYTES {
        return Err(OssError::new(OssCode::InvalidArgument)
            .message("The user metadata is larger than 8 KB.")
            .into());
    }
    Ok(kept)
}

/// Turns a failed commit into its error.
pub(super) fn commit_error(error: CommitError) -> Halt {
    match error {
        CommitError::Exists => OssCode::FileAlreadyExists.into(),
        CommitError::Io(error) => error.into(),
    }
}

/// Returns the announced length, `None` for a chunked body.
fn announced_length(call: &Call<'_>) -> Result<Option<u64>, Halt> {
    let chunked = call
        .wire
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    match (call.wire.header("content-length"), chunked) {
        (Some(_), true) => Err(OssError::new(OssCode::InvalidArgument)
            .message("Content-Length and chunked exclude each other.")
            .into()),
        (None, true) => Ok(None),
        (None, false) => Err(OssCode::MissingContentLength.into()),
        (Some(text), false) => {
            let length = text
                .parse()
                .map_err(|_| OssError::from(OssCode::InvalidArgument))?;
            if length > BODY_MAX_BYTES {
                Err(OssCode::EntityTooLarge.into())
            } else {
                Ok(Some(length))
            }
        }
    }
}
