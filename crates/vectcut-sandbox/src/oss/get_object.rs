//! GetObject with ranges, HeadObject and DeleteObject.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use jiff::Timestamp;

use super::error_reply::OssError;
use super::{Call, Halt};
use crate::oss_code::OssCode;
use crate::range::{Wanted, wanted};
use crate::reply::Reply;
use crate::store::{FileBody, ObjectRecord};
use crate::verify::rfc1123;

/// Query parameters of a signed GET that replace headers of the response.
const OVERRIDES: &[(&str, &str)] = &[
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

/// Returns the object's bytes.
pub(super) async fn get(call: &Call<'_>) -> Result<Reply, Halt> {
    let record = find(call)?;
    let range = match wanted(call.wire.header("range"), record.len_bytes) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Impossible => {
            return Err(OssError::new(OssCode::InvalidRange)
                .header("content-range", format!("bytes */{}", record.len_bytes))
                .detail("ActualObjectSize", record.len_bytes.to_string())
                .into());
        }
    };
    let opened = Arc::clone(&record);
    let file = call
        .store
        .run(move |store| store.open_object(&opened))
        .await?;
    let bytes = range.clone().unwrap_or(0..record.len_bytes);
    let mut reply = describe(
        Reply::status(if range.is_some() { 206 } else { 200 }),
        &record,
    );
    for (parameter, header) in OVERRIDES {
        if let Some(value) = call.query(parameter) {
            reply = reply.header(header, value);
        }
    }
    if let Some(range) = &range {
        reply = reply.header(
            "content-range",
            format!(
                "bytes {}-{}/{}",
                range.start,
                range.end - 1,
                record.len_bytes
            ),
        );
    }
    let reply = reply.header("content-length", (bytes.end - bytes.start).to_string());
    Ok(reply.stream(FileBody::new(file, bytes).boxed_unsync()))
}

/// Returns what is known of the object.
pub(super) fn head(call: &Call<'_>) -> Result<Reply, Halt> {
    let record = find(call)?;
    Ok(
        describe(Reply::status(200), &record)
            .header("content-length", record.len_bytes.to_string()),
    )
}

/// Removes the object; it is a success, too, when there is none.
pub(super) async fn delete(call: &Call<'_>) -> Result<Reply, Halt> {
    let (bucket, key) = (call.bucket.clone(), call.key.clone());
    call.store
        .run(move |store| store.delete(&bucket, &key))
        .await?;
    Ok(Reply::status(204))
}

fn find(call: &Call<'_>) -> Result<Arc<ObjectRecord>, Halt> {
    let found = call.store.find(&call.bucket, &call.key);
    found.ok_or_else(|| {
        OssError::new(OssCode::NoSuchKey)
            .detail("Key", &call.key)
            .into()
    })
}

/// Adds the headers that describe an object.
fn describe(mut reply: Reply, record: &ObjectRecord) -> Reply {
    reply = reply.header("content-type", "application/octet-stream");
    for (name, value) in &record.headers {
        reply = reply.header(name, value);
    }
    if let Some(content_md5) = &record.content_md5 {
        reply = reply.header("content-md5", content_md5);
    }
    let modified = Timestamp::from_millisecond(record.modified_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    reply
        .header("accept-ranges", "bytes")
        .header("etag", &record.etag)
        .header("last-modified", rfc1123(modified))
        .header("x-oss-hash-crc64ecma", record.crc64.to_string())
        .header(
            "x-oss-object-type",
            if record.is_multipart {
                "Multipart"
            } else {
                "Normal"
            },
        )
        .header("x-oss-storage-class", "Standard")
}
