//! The bytes of a stored picture, sound or video, for the page to show.
//!
//! An object is whatever somebody uploaded. So only types that cannot hold a script are served, each under its own name:
//! no HTML, no SVG, no PDF.

use std::sync::Arc;

use http_body_util::BodyExt as _;

use crate::range::{Wanted, wanted};
use crate::reply::Reply;
use crate::settings::BUCKET;
use crate::site::Site;
use crate::store::{FileBody, ObjectRecord};

/// The media types that the page shows.
const SHOWN: &[&str] = &[
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/m4a",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "audio/x-m4a",
    "audio/x-wav",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/ogg",
    "video/quicktime",
    "video/webm",
];

/// Returns the media type under which an object is shown; `None` if it is not shown.
pub(super) fn media_type(record: &ObjectRecord) -> Option<&'static str> {
    let given = record.header("content-type")?.split(';').next()?.trim();
    let mut shown = SHOWN.iter().copied();
    shown.find(|shown| shown.eq_ignore_ascii_case(given))
}

/// Returns the bytes of an object, or the part of them that the page asks for.
pub(super) async fn preview(site: &Arc<Site>, object_key: &str, range: Option<&str>) -> Reply {
    let Some(record) = site.store.find(BUCKET, object_key) else {
        return Reply::status(404);
    };
    let Some(media_type) = media_type(&record) else {
        return Reply::status(415);
    };
    let len_bytes = record.len_bytes;
    let (status, bytes) = match wanted(range, len_bytes) {
        Wanted::Whole => (200, 0..len_bytes),
        Wanted::Part(part) => (206, part),
        Wanted::Impossible => {
            return Reply::status(416).header("content-range", format!("bytes */{len_bytes}"));
        }
    };
    let opened = site.store.run(move |store| store.open_object(&record));
    let Ok(file) = opened.await else {
        // It was replaced a moment ago.
        return Reply::status(404);
    };
    let mut reply = Reply::status(status)
        .header("accept-ranges", "bytes")
        .header("content-type", media_type)
        .header("content-length", (bytes.end - bytes.start).to_string());
    if status == 206 {
        let range = format!("bytes {}-{}/{len_bytes}", bytes.start, bytes.end - 1);
        reply = reply.header("content-range", range);
    }
    reply.stream(FileBody::new(file, bytes).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content_type: &str) -> Option<&'static str> {
        media_type(&ObjectRecord {
            bucket: BUCKET.into(),
            key: "k".into(),
            file: String::new(),
            len_bytes: 0,
            crc64: 0,
            etag: String::new(),
            content_md5: None,
            modified_ms: 0,
            headers: vec![("content-type".into(), content_type.into())],
            is_multipart: false,
        })
    }

    #[test]
    fn only_what_cannot_hold_a_script_is_shown() {
        assert_eq!(shown("video/mp4"), Some("video/mp4"));
        assert_eq!(shown("Image/PNG; a=b"), Some("image/png"));
        for hidden in [
            "text/html",
            "image/svg+xml",
            "application/pdf",
            "text/xml",
            "image/png\r\nx: y",
            "multipart/x-mixed-replace",
            "",
        ] {
            assert_eq!(shown(hidden), None, "{hidden}");
        }
    }
}
