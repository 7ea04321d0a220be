//! What the index files say about objects, uploads and parts.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};

use super::receiving::Received;

/// An object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The name of the file with the bytes.
    pub(crate) file: String,
    pub(crate) len_bytes: u64,
    pub(crate) crc64: u64,
    /// With its quotes.
    pub(crate) etag: String,
    /// Base64 of the MD5, if the object came in one PUT.
    pub(crate) content_md5: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) modified_ms: i64,
    /// What is sent back with the object: content headers and user metadata, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) is_multipart: bool,
}

impl ObjectRecord {
    /// Describes an object that came in one PUT.
    pub(crate) fn put(
        bucket: &str,
        key: &str,
        received: &Received,
        now_ms: i64,
        headers: Vec<(String, String)>,
    ) -> Self {
        Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            file: String::new(),
            len_bytes: received.len_bytes,
            crc64: received.crc64,
            etag: format!("\"{}\"", received.md5_hex()),
            content_md5: Some(BASE64_STANDARD.encode(received.md5)),
            modified_ms: now_ms,
            headers,
            is_multipart: false,
        }
    }

    /// Returns the kept header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An open multipart upload, without its parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) forbid_overwrite: bool,
}

/// An uploaded part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    pub(crate) number: u16,
    pub(crate) file: String,
    pub(crate) len_bytes: u64,
    pub(crate) crc64: u64,
    /// Upper-case hexadecimal MD5, without quotes.
    pub(crate) md5_hex: String,
    pub(crate) modified_ms: i64,
}
