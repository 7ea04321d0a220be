//! The records of a journal.
//!
//! The format is private to this crate and carries its version.

use std::time::{Duration, SystemTime};

use oss_client::{BucketName, Crc64, ObjectKey};
use serde::{Deserialize, Serialize};
use strict_http::ServerText;
use vectcut_api::{Secret, SignedUrl, StsCredentials};
use zeroize::Zeroizing;

use crate::{
    kept_url::KeptUrl,
    policy::history::History,
    source::Identity,
    stage::{Place, Proof, SafePart, Stored, Ticket},
};

/// The version that this program writes and reads. A journal of a newer one is left alone.
pub(crate) const VERSION: u32 = 2;

/// The first record: what is uploaded, where, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) journal: u32,
    pub(crate) file: Identity,
    /// A one-way fingerprint of the API key: another account must not finish this upload.
    pub(crate) account: String,
    pub(crate) base_url: String,
    pub(crate) endpoint: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
}

/// Every record after the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// What happened before the journal was started over.
    History(History),
    /// A run begins.
    Run,
    /// A place for the object. What was sent to another place no longer counts.
    Ticket(KeptTicket),
    /// New credentials for the same place.
    Credentials(KeptCredentials),
    /// A PUT of the whole file begins.
    Putting,
    /// The policy of the credentials denies parts.
    PartsDenied,
    /// A multipart upload is open. Parts of another one no longer count.
    Upload { upload_id: String },
    /// OSS acknowledged a part.
    Part(SafePart),
    /// OSS is asked to complete the multipart upload.
    Completing,
    /// OSS has the whole object.
    Stored(KeptObject),
    /// OSS has the whole object, and the backend refused to give its URL. The record replaces all others, so that no
    /// credentials stay behind.
    Unpublished {
        place: KeptPlace,
        object: KeptObject,
    },
    /// The object has its URL. The record replaces all others, so that no credentials stay behind.
    Published {
        place: KeptPlace,
        object: KeptObject,
        url: KeptUrl,
    },
}

/// A place as the journal keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptPlace {
    bucket: String,
    object_key: String,
    region: Option<String>,
}

/// A ticket as the journal keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptTicket {
    pub(super) place: KeptPlace,
    pub(super) credentials: KeptCredentials,
}

/// A stored object as the journal keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptObject {
    crc64: u64,
    etag: Option<String>,
    /// Whether OSS reported the checksum of the whole object.
    is_proven: bool,
}

/// Credentials as the journal keeps them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeptCredentials {
    access_key_id: String,
    access_key_secret: Zeroizing<String>,
    security_token: Zeroizing<String>,
    expiration: Option<u64>,
}

impl std::fmt::Debug for KeptCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<&StsCredentials> for KeptCredentials {
    fn from(credentials: &StsCredentials) -> Self {
        let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        Self {
            access_key_id: credentials.access_key_id.clone(),
            access_key_secret: credentials.access_key_secret.expose().to_owned().into(),
            security_token: credentials.security_token.expose().to_owned().into(),
            expiration: credentials
                .expiration
                .and_then(since_epoch)
                .map(|time| time.as_secs()),
        }
    }
}

impl From<KeptCredentials> for StsCredentials {
    fn from(kept: KeptCredentials) -> Self {
        let expiration = kept
            .expiration
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
        Self::new(
            kept.access_key_id,
            Secret::new(kept.access_key_secret.as_str()),
            Secret::new(kept.security_token.as_str()),
            expiration,
        )
    }
}

impl From<&Place> for KeptPlace {
    fn from(place: &Place) -> Self {
        Self {
            bucket: place.bucket.as_str().to_owned(),
            object_key: place.object_key.as_str().to_owned(),
            region: place.region.clone(),
        }
    }
}

impl KeptPlace {
    /// A kept place is checked like a received one.
    pub(super) fn parse(self) -> Option<Place> {
        Some(Place {
            bucket: BucketName::parse(self.bucket).ok()?,
            object_key: ObjectKey::parse(self.object_key).ok()?,
            region: self.region,
        })
    }
}

impl From<&Stored> for KeptObject {
    fn from(stored: &Stored) -> Self {
        Self {
            crc64: stored.crc64.value(),
            etag: stored.etag.as_ref().map(ToString::to_string),
            is_proven: stored.proof != Proof::Url,
        }
    }
}

impl From<KeptObject> for Stored {
    /// The object may be gone since, so the URL must show it, whatever proved it then.
    fn from(kept: KeptObject) -> Self {
        Self {
            crc64: Crc64::new(kept.crc64),
            etag: kept.etag.as_deref().map(kept_etag),
            proof: match kept.is_proven {
                true => Proof::Earlier,
                false => Proof::Url,
            },
        }
    }
}

/// The journal may be damaged, so a kept ETag is cleaned like a received one.
fn kept_etag(etag: &str) -> ServerText {
    ServerText::clean(etag, ServerText::CODE_MAX_CHARS, &[])
}

impl Record {
    pub(crate) fn ticket(ticket: &Ticket) -> Self {
        Self::Ticket(KeptTicket {
            place: KeptPlace::from(&ticket.place),
            credentials: KeptCredentials::from(&ticket.credentials),
        })
    }

    pub(crate) fn stored(stored: &Stored) -> Self {
        Self::Stored(KeptObject::from(stored))
    }

    pub(crate) fn unpublished(place: &Place, stored: &Stored) -> Self {
        Self::Unpublished {
            place: KeptPlace::from(place),
            object: KeptObject::from(stored),
        }
    }

    pub(crate) fn published(place: &Place, stored: &Stored, url: &SignedUrl) -> Self {
        Self::Published {
            place: KeptPlace::from(place),
            object: KeptObject::from(stored),
            url: KeptUrl::from(url),
        }
    }
}
