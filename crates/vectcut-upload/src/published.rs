//! What an upload ends with when it succeeds.

use std::time::Duration;

use oss_client::Crc64;
use strict_http::ServerText;
use vectcut_api::SignedUrl;

/// How the object was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// This run sent all of it.
    Uploaded,
    /// An earlier run had sent some of it.
    Resumed,
    /// An earlier run had sent all of it; this run only asked for the URL.
    Completed,
    /// An earlier run had uploaded it, the ledger knows it, and the URL has just proven it.
    Reused,
}

/// An uploaded file and its URL.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Published {
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub object_key: String,
    /// Its length in bytes.
    pub len_bytes: u64,
    /// The content type that OSS serves it with.
    pub content_type: String,
    /// The CRC-64 of its bytes, equal to the one that OSS computed.
    pub crc64: Crc64,
    /// Its ETag, without quotes.
    pub etag: Option<ServerText>,
    /// Its public URL.
    pub public_signed_url: SignedUrl,
    /// How it was stored.
    pub outcome: Outcome,
    /// How many requests sent the bytes: 1 when none failed, 0 when it was reused.
    pub attempts: u32,
    /// How long this run took.
    pub elapsed: Duration,
}
