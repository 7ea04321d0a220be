//! One upload that succeeded.

use std::time::{Duration, SystemTime};

use oss_client::{BucketName, Crc64, Crc64Digest, ObjectKey};
use serde::{Deserialize, Serialize};
use strict_http::ServerText;
use vectcut_api::SignedUrl;

use crate::{
    kept_url::KeptUrl,
    source::{Mark, SourceFile},
};

/// How long an entry is believed after its object was last proven.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What an upload and an entry must have in common before anything else is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// A one-way fingerprint of the API key: another account may not see the object.
    pub(crate) account: String,
    pub(crate) base_url: String,
    /// As it is told to VectCut.
    pub(crate) name: String,
    pub(crate) len_bytes: u64,
}

/// An upload that succeeded, and what shows that a file is the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) subject: Subject,
    pub(crate) content_type: String,
    /// Canonical.
    pub(crate) path: String,
    /// Where the system has one, unless the file was changed so shortly before that a later change might not show.
    pub(crate) mark: Option<Mark>,
    pub(crate) crc64: u64,
    pub(crate) bucket: String,
    pub(crate) object_key: String,
    pub(crate) etag: Option<String>,
    /// In seconds since 1970.
    pub(crate) uploaded: u64,
    /// When the object was last proven, in seconds since 1970.
    pub(crate) proven: u64,
    pub(crate) url: KeptUrl,
}

impl Subject {
    /// Returns the hash that names the place of its entries.
    pub(super) fn hash(&self) -> u64 {
        let mut digest = Crc64Digest::new();
        for text in [&self.account, &self.base_url, &self.name] {
            digest.update(text.as_bytes());
            // Between two texts, so that moving a letter from one to the next makes a difference.
            digest.update(&[0]);
        }
        digest.update(&self.len_bytes.to_le_bytes());
        digest.value().value()
    }
}

impl Entry {
    /// Returns whether the entry is about the same file, name and content type, so that a newer one takes its place.
    pub(super) fn is_replaced_by(&self, newer: &Self) -> bool {
        self.subject == newer.subject
            && self.path == newer.path
            && self.content_type == newer.content_type
    }

    /// Returns whether all that it says about the object can be true. A kept name is checked like a received one.
    pub(super) fn is_sound(&self) -> bool {
        BucketName::parse(self.bucket.clone()).is_ok()
            && self.object_key().is_some()
            && self.url().is_some()
    }

    /// Returns the entry of a file that has the same content, with a URL that has just proven the object.
    pub(crate) fn proven_again(
        self,
        url: &SignedUrl,
        source: &SourceFile,
        now: SystemTime,
    ) -> Self {
        Self {
            path: source.canonical_path().to_owned(),
            mark: source.settled_mark(now),
            ..self.with_url(url, now)
        }
    }

    /// Returns the entry with a URL that has just proven the object.
    pub(crate) fn with_url(self, url: &SignedUrl, now: SystemTime) -> Self {
        Self {
            proven: seconds(now),
            url: url.into(),
            ..self
        }
    }

    pub(crate) fn object_key(&self) -> Option<ObjectKey> {
        ObjectKey::parse(self.object_key.clone()).ok()
    }

    pub(crate) fn crc64(&self) -> Crc64 {
        Crc64::new(self.crc64)
    }

    pub(crate) fn etag(&self) -> Option<ServerText> {
        let etag = self.etag.as_deref()?;
        ServerText::clean(etag, ServerText::CODE_MAX_CHARS, &[]).non_empty()
    }

    pub(crate) fn url(&self) -> Option<SignedUrl> {
        self.url.parse()
    }
}

/// Returns a time as an entry keeps it.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

/// Returns whether an entry of this time is too old, or from a time so far ahead that a clock must have been wrong.
pub(super) fn is_over(proven: u64, now: SystemTime) -> bool {
    seconds(now).abs_diff(proven) > KEPT_FOR.as_secs()
}
