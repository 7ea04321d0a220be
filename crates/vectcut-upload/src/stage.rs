//! How far an upload is. Each stage holds what the next step needs, and nothing else.

use oss_client::{BucketName, Crc64, ObjectKey, UploadId};
use strict_http::ServerText;
use vectcut_api::{SignedUrl, StsCredentials};

use crate::{Outcome, policy::plan::PartRange};

/// The stages of one file, in order.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Nothing is known; the backend is asked for a ticket next.
    New,
    /// The backend named a place; the bytes are sent next.
    Placed(Ticket),
    /// A multipart upload is open on OSS; the missing parts are sent next.
    Sending(Ticket, OpenUpload),
    /// OSS has the whole object; the backend is asked for its URL next. The ticket is the one that sent it, unless an
    /// earlier run has dropped it.
    Stored(Place, Option<Ticket>, Stored),
    /// An earlier run got the URL; whether it still holds is looked at next.
    Published(Place, Stored, SignedUrl),
}

impl Stage {
    /// Returns how the object will have been stored if the run that begins here succeeds.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::New | Self::Placed(_) => Outcome::Uploaded,
            Self::Sending(_, open) if open.parts.is_empty() => Outcome::Uploaded,
            Self::Sending(..) => Outcome::Resumed,
            Self::Stored(..) | Self::Published(..) => Outcome::Completed,
        }
    }
}

/// Where an object goes, in names that OSS accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: BucketName,
    pub(crate) object_key: ObjectKey,
    pub(crate) region: Option<String>,
}

/// A place and the credentials for it.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) place: Place,
    pub(crate) credentials: StsCredentials,
    pub(crate) origin: Origin,
}

/// Who vouches for a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The backend issued it in this run.
    Backend,
    /// An earlier run kept it; its credentials may have expired.
    Journal,
}

/// A multipart upload that OSS has open.
#[derive(Debug, Clone)]
pub(crate) struct OpenUpload {
    pub(crate) upload_id: UploadId,
    /// The acknowledged parts, in the order of their numbers, which is that of their offsets.
    pub(crate) parts: Vec<SafePart>,
    /// Whether an earlier request may have completed it already: its response was lost.
    pub(crate) completing: bool,
}

/// A part that OSS acknowledged, with what CompleteMultipartUpload and the checksum of the whole need.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SafePart {
    pub(crate) number: u32,
    pub(crate) offset: u64,
    pub(crate) len_bytes: u64,
    pub(crate) etag: String,
    pub(crate) crc64: u64,
}

impl SafePart {
    pub(crate) fn range(&self) -> PartRange {
        PartRange {
            number: self.number,
            offset: self.offset,
            len_bytes: self.len_bytes,
        }
    }

    pub(crate) fn crc64(&self) -> Crc64 {
        Crc64::new(self.crc64)
    }
}

/// Returns the CRC-64 of parts that follow each other.
pub(crate) fn joined_crc64(parts: &[SafePart]) -> Crc64 {
    parts.iter().fold(Crc64::EMPTY, |crc64, part| {
        crc64.followed_by(part.crc64(), part.len_bytes)
    })
}

/// An object on OSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The CRC-64 of the bytes that were read from the file.
    pub(crate) crc64: Crc64,
    pub(crate) etag: Option<ServerText>,
    pub(crate) proof: Proof,
}

/// What shows that OSS has the bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    /// In this run OSS reported the CRC-64 of the whole object, and it is that of the bytes read.
    Crc64,
    /// An earlier run had that proof. The object may be gone since, so the URL must show it.
    Earlier,
    /// Nothing yet: a response was lost. The URL must show it.
    Url,
}
