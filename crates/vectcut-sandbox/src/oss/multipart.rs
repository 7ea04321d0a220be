//! The multipart calls: initiate, upload part, complete, abort, list parts.

use jiff::Timestamp;

use super::error_reply::OssError;
use super::put_object::{commit_error, kept_headers, receive};
use super::xml::{Document, parse_parts};
use super::{Call, Halt};
use crate::intake::Intake;
use crate::oss_code::OssCode;
use crate::reply::Reply;
use crate::store::{CompleteError, Selection};
use crate::verify::{percent_encode_key, percent_encode_value};

/// The highest part number.
const PART_NUMBER_MAX: u16 = 10_000;
/// The most parts of one page of a list.
const LIST_MAX: u16 = 1000;

/// Opens an upload.
pub(super) async fn initiate(call: &Call<'_>) -> Result<Reply, Halt> {
    let (bucket, key, headers, forbid_overwrite) = (
        call.bucket.clone(),
        call.key.clone(),
        kept_headers(call)?,
        call.forbids_overwrite(),
    );
    let id = call
        .store
        .run(move |store| {
            store
                .uploads
                .initiate(&bucket, &key, headers, forbid_overwrite)
        })
        .await?;
    let document =
        names(call, Document::new("InitiateMultipartUploadResult")).element("UploadId", id);
    Ok(Reply::status(200).body("application/xml", document.finish()))
}

/// Keeps a part.
pub(super) async fn upload_part(
    call: &Call<'_>,
    part_number: Option<u16>,
    intake: &mut Intake,
) -> Result<Reply, Halt> {
    let Some(number) = part_number.filter(|number| (1..=PART_NUMBER_MAX).contains(number)) else {
        return Err(OssError::new(OssCode::InvalidArgument)
            .message("Part number must be an integer between 1 and 10000, inclusive.")
            .detail("ArgumentName", "partNumber")
            .detail(
                "ArgumentValue",
                call.query("partNumber").unwrap_or_default(),
            )
            .into());
    };
    let id = upload_id(call)?;
    if !call.store.uploads.exists((&call.bucket, &call.key, id)) {
        return Err(no_such_upload(id));
    }
    let received = receive(call, intake).await?;
    let (bucket, key, owned_id, now_ms) = (
        call.bucket.clone(),
        call.key.clone(),
        id.to_owned(),
        call.now_ms(),
    );
    let kept = call
        .store
        .run(move |store| {
            store
                .uploads
                .put_part((&bucket, &key, &owned_id), number, received, now_ms)
        })
        .await?;
    let part = kept.ok_or_else(|| no_such_upload(id))?;
    Ok(Reply::status(200)
        .header("etag", format!("\"{}\"", part.md5_hex))
        .header("x-oss-hash-crc64ecma", part.crc64.to_string()))
}

/// Joins the parts into the object. The work continues when the client does not wait for it.
pub(super) async fn complete(call: &Call<'_>, body: &[u8]) -> Result<Reply, Halt> {
    let id = upload_id(call)?;
    let all = call
        .wire
        .header("x-oss-complete-all")
        .is_some_and(|value| value.eq_ignore_ascii_case("yes"));
    let selection = match (all, body.is_empty()) {
        (true, true) => Selection::All,
        (true, false) => {
            let message = "The body should be empty when x-oss-complete-all is given.";
            return Err(OssError::new(OssCode::InvalidArgument)
                .message(message)
                .into());
        }
        (false, _) => Selection::Parts(part_list(body)?),
    };
    let (bucket, key, owned_id) = (call.bucket.clone(), call.key.clone(), id.to_owned());
    let (forbid_overwrite, now_ms) = (call.forbids_overwrite(), call.now_ms());
    let done = call
        .store
        .run(move |store| {
            store.complete(
                (&bucket, &key, &owned_id),
                &selection,
                forbid_overwrite,
                now_ms,
            )
        })
        .await;
    let record = done.map_err(|error| complete_error(error, id))?;
    let location = format!(
        "http://{}/{}",
        call.wire.host,
        percent_encode_key(call.key.as_bytes())
    );
    let document = names(
        call,
        Document::new("CompleteMultipartUploadResult").element("Location", location),
    )
    .element("ETag", &record.etag);
    Ok(Reply::status(200)
        .header("etag", &record.etag)
        .header("x-oss-hash-crc64ecma", record.crc64.to_string())
        .body("application/xml", document.finish()))
}

/// Forgets an upload.
pub(super) async fn abort(call: &Call<'_>) -> Result<Reply, Halt> {
    let id = upload_id(call)?;
    let (bucket, key, owned_id) = (call.bucket.clone(), call.key.clone(), id.to_owned());
    let was_open = call
        .store
        .run(move |store| store.uploads.abort((&bucket, &key, &owned_id)))
        .await?;
    if was_open {
        Ok(Reply::status(204))
    } else {
        Err(no_such_upload(id))
    }
}

/// Lists the parts of an upload, a page at a time.
pub(super) fn list_parts(call: &Call<'_>) -> Result<Reply, Halt> {
    let id = upload_id(call)?;
    let max = number(call, "max-parts", LIST_MAX)?.min(LIST_MAX);
    let marker = number(call, "part-number-marker", 0)?;
    let listed = call
        .store
        .uploads
        .list((&call.bucket, &call.key, id), marker, usize::from(max))
        .ok_or_else(|| no_such_upload(id))?;
    let next_marker = listed.parts.last().map_or(marker, |part| part.number);
    let mut document = names(call, Document::new("ListPartsResult"))
        .element("UploadId", id)
        .element("StorageClass", "Standard")
        .element("PartNumberMarker", marker.to_string())
        .element("NextPartNumberMarker", next_marker.to_string())
        .element("MaxParts", max.to_string())
        .element("IsTruncated", listed.is_truncated.to_string());
    for part in &listed.parts {
        let modified =
            Timestamp::from_millisecond(part.modified_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        document = document.group(
            "Part",
            &[
                ("PartNumber", part.number.to_string()),
                (
                    "LastModified",
                    modified.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
                ),
                ("ETag", format!("\"{}\"", part.md5_hex)),
                ("HashCrc64ecma", part.crc64.to_string()),
                ("Size", part.len_bytes.to_string()),
            ],
        );
    }
    Ok(Reply::status(200).body("application/xml", document.finish()))
}

/// Adds the bucket and the object key, URL-encoded when the client asks for it.
fn names(call: &Call<'_>, document: Document) -> Document {
    let document = document.element("Bucket", &call.bucket);
    if call.query("encoding-type") == Some("url") {
        document
            .element("EncodingType", "url")
            .element("Key", percent_encode_value(&call.key))
    } else {
        document.element("Key", &call.key)
    }
}

fn upload_id<'a>(call: &'a Call<'_>) -> Result<&'a str, Halt> {
    let id = call.query("uploadId").filter(|id| !id.is_empty());
    id.ok_or_else(|| {
        OssError::new(OssCode::InvalidArgument)
            .message("The upload ID is missing.")
            .detail("ArgumentName", "uploadId")
            .into()
    })
}

fn number(call: &Call<'_>, name: &'static str, default: u16) -> Result<u16, Halt> {
    // The vendor's older SDK sends an empty value when it has none.
    let Some(text) = call.query(name).filter(|text| !text.is_empty()) else {
        return Ok(default);
    };
    text.parse().map_err(|_| {
        OssError::new(OssCode::InvalidArgument)
            .detail("ArgumentName", name)
            .detail("ArgumentValue", text)
            .into()
    })
}

fn part_list(body: &[u8]) -> Result<Vec<(u16, String)>, Halt> {
    let parts = std::str::from_utf8(body)
        .ok()
        .and_then(parse_parts)
        .ok_or(OssCode::MalformedXML)?;
    let checked = |(number, etag)| match u16::try_from(number) {
        Ok(number @ 1..=PART_NUMBER_MAX) => Ok((number, etag)),
        _ => Err(OssError::new(OssCode::InvalidArgument)
            .message("Part number must be an integer between 1 and 10000, inclusive.")
            .into()),
    };
    parts.into_iter().map(checked).collect()
}

fn complete_error(error: CompleteError, id: &str) -> Halt {
    match error {
        CompleteError::NoSuchUpload => no_such_upload(id),
        CompleteError::NoParts => OssCode::InvalidPart.into(),
        CompleteError::Order => OssError::new(OssCode::InvalidPartOrder)
            .detail("UploadId", id)
            .into(),
        CompleteError::Part { number } => OssError::new(OssCode::InvalidPart)
            .detail("UploadId", id)
            .detail("PartNumber", number.to_string())
            .into(),
        CompleteError::TooSmall { number, len_bytes } => OssError::new(OssCode::EntityTooSmall)
            .detail("ProposedSize", len_bytes.to_string())
            .detail("MinSizeAllowed", "102400")
            .detail("PartNumber", number.to_string())
            .into(),
        CompleteError::Commit(error) => commit_error(error),
    }
}

fn no_such_upload(id: &str) -> Halt {
    OssError::new(OssCode::NoSuchUpload)
        .detail("UploadId", id)
        .into()
}
