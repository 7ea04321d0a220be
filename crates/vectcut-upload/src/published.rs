//! What an upload ends with when it succeeds.

use std::time::Duration;

use oss_client::Crc64;
use vectcut_api::SignedUrl;

/// How the object came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// All of it was sent now.
    Uploaded,
    /// An earlier run had sent some of it.
    Resumed,
    /// An earlier run had sent all of it; only complete was called.
    Completed,
}

/// A file that is up and has its URL.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Published {
    /// The bucket that it is in.
    pub bucket: String,
    /// Its object key.
    pub object_key: String,
    /// Its length in bytes.
    pub len_bytes: u64,
    /// The media type that OSS answers with.
    pub content_type: String,
    /// The CRC-64 of its bytes, equal to the one that OSS computed.
    pub crc64: Crc64,
    /// Its ETag, without quotes.
    pub etag: Option<String>,
    /// Its public URL.
    pub public_signed_url: SignedUrl,
    /// How it came to be there.
    pub outcome: Outcome,
    /// How many times its bytes, or the last of them, were sent: 1 when nothing went wrong.
    pub attempts: u32,
    /// How long this run took for it.
    pub elapsed: Duration,
}
