//! The lines of a journal, and what they add up to. The format is private to this crate and carries its version.

use std::time::{Duration, SystemTime};

use oss_client::Crc64;
use serde::{Deserialize, Serialize};
use vectcut_api::{Secret, StsCredentials};

use crate::policy::plan::{PARTS_MAX, PartRange};

/// The version that this program writes and reads. A journal of a newer one is left alone.
pub(crate) const VERSION: u32 = 1;

/// The first line: whose journal it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) journal: u32,
    pub(crate) file: Identity,
    pub(crate) base_url: String,
    pub(crate) endpoint: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
}

/// What tells a file from any other, and from itself after it was written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Canonical; what is not UTF-8 in it is replaced, which the fingerprint makes up for.
    pub(crate) path: String,
    pub(crate) len_bytes: u64,
    pub(crate) modified_ns: Option<u128>,
    /// Without the device, whose number may be another one after the next mount.
    pub(crate) inode: Option<u64>,
    /// CRC-64 over head, tail and samples.
    pub(crate) fingerprint: u64,
}

/// Every line after the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// A place to put the object; whatever was sent to another one counts no longer.
    Ticket {
        bucket: String,
        object_key: String,
        region: Option<String>,
        credentials: Credentials,
    },
    /// New credentials for the same place.
    Credentials(Credentials),
    /// An upload in parts was initiated; parts of another one count no longer.
    Upload { upload_id: String },
    /// A part went through.
    Part(SafePart),
    /// All parts went through and OSS is being asked to join them.
    Completing,
    /// OSS has the whole object, proven by its CRC-64.
    Stored { crc64: u64, etag: Option<String> },
    /// The object has its URL, which is given again to the same batch.
    Published {
        batch: String,
        url: String,
        resumed: bool,
        attempts: u32,
    },
}

/// Credentials as the journal keeps them; its file is for its owner's eyes only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
    expiration: Option<u64>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<&StsCredentials> for Credentials {
    fn from(credentials: &StsCredentials) -> Self {
        let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        Self {
            access_key_id: credentials.access_key_id.clone(),
            access_key_secret: credentials.access_key_secret.expose().to_owned(),
            security_token: credentials.security_token.expose().to_owned(),
            expiration: credentials
                .expiration
                .and_then(since_epoch)
                .map(|time| time.as_secs()),
        }
    }
}

impl From<Credentials> for StsCredentials {
    fn from(kept: Credentials) -> Self {
        let expiration = kept
            .expiration
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
        Self::new(
            kept.access_key_id,
            Secret::new(kept.access_key_secret),
            Secret::new(kept.security_token),
            expiration,
        )
    }
}

/// A part that OSS has, with what complete and the proof of the whole need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a journal's records add up to.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) place: Option<KeptPlace>,
    pub(crate) upload_id: Option<String>,
    /// In the order of their numbers, which is that of their offsets.
    pub(crate) parts: Vec<SafePart>,
    pub(crate) completing: bool,
    pub(crate) stored: Option<(Crc64, Option<String>)>,
    pub(crate) published: Option<KeptUrl>,
}

/// Where the object goes, from an earlier run.
#[derive(Debug)]
pub(crate) struct KeptPlace {
    pub(crate) bucket: String,
    pub(crate) object_key: String,
    pub(crate) region: Option<String>,
    pub(crate) credentials: Credentials,
}

/// The URL that an earlier run of a batch got.
#[derive(Debug)]
pub(crate) struct KeptUrl {
    pub(crate) batch: String,
    pub(crate) url: String,
    pub(crate) resumed: bool,
    pub(crate) attempts: u32,
}

impl Kept {
    /// Adds one record to the sum.
    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Ticket {
                bucket,
                object_key,
                region,
                credentials,
            } => {
                *self = Self {
                    place: Some(KeptPlace {
                        bucket,
                        object_key,
                        region,
                        credentials,
                    }),
                    ..Self::default()
                };
            }
            Record::Credentials(credentials) => {
                if let Some(place) = &mut self.place {
                    place.credentials = credentials;
                }
            }
            Record::Upload { upload_id } => {
                (self.upload_id, self.completing) = (Some(upload_id), false);
                self.parts.clear();
            }
            Record::Part(part) => {
                let at = self
                    .parts
                    .partition_point(|other| other.number < part.number);
                self.parts.insert(at, part);
            }
            Record::Completing => self.completing = true,
            Record::Stored { crc64, etag } => self.stored = Some((Crc64::new(crc64), etag)),
            Record::Published {
                batch,
                url,
                resumed,
                attempts,
            } => {
                self.published = Some(KeptUrl {
                    batch,
                    url,
                    resumed,
                    attempts,
                });
            }
        }
    }

    /// Returns whether the parts can belong to one upload of a file of this length: a damaged journal heals by being
    /// thrown away.
    pub(crate) fn is_sound(&self, len_bytes: u64) -> bool {
        let mut end = 0;
        let mut number = 0;
        self.parts.iter().all(|part| {
            let follows = part.number > number
                && part.number <= PARTS_MAX
                && part.offset >= end
                && part.len_bytes > 0;
            let fits = part
                .offset
                .checked_add(part.len_bytes)
                .is_some_and(|end| end <= len_bytes);
            // Numbers that are free between two parts exactly when there is room between them.
            let gap_has_number = part.offset == end || part.number > number + 1;
            (end, number) = (part.offset.saturating_add(part.len_bytes), part.number);
            follows && fits && gap_has_number
        }) && (self.parts.is_empty() || self.upload_id.is_some() && self.place.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, offset: u64, len_bytes: u64) -> Record {
        Record::Part(SafePart {
            number,
            offset,
            len_bytes,
            etag: "E".into(),
            crc64: 0,
        })
    }

    fn ticket() -> Record {
        let credentials = StsCredentials::new(
            "id".into(),
            Secret::new("canary"),
            Secret::new("canary"),
            None,
        );
        Record::Ticket {
            bucket: "bkt".into(),
            object_key: "k".into(),
            region: None,
            credentials: Credentials::from(&credentials),
        }
    }

    fn sum(records: impl IntoIterator<Item = Record>) -> Kept {
        let mut kept = Kept::default();
        records.into_iter().for_each(|record| kept.apply(record));
        kept
    }

    #[test]
    fn a_new_ticket_or_upload_forgets_the_parts_and_new_credentials_do_not() {
        let begun = || {
            vec![
                ticket(),
                Record::Upload {
                    upload_id: "U".into(),
                },
                part(1, 0, 5),
            ]
        };
        assert_eq!(sum(begun()).parts.len(), 1);
        assert_eq!(
            sum(begun().into_iter().chain([Record::Upload {
                upload_id: "V".into()
            }]))
            .parts
            .len(),
            0
        );
        assert_eq!(sum(begun().into_iter().chain([ticket()])).parts.len(), 0);
        let Record::Ticket { credentials, .. } = ticket() else {
            unreachable!()
        };
        assert_eq!(
            sum(begun()
                .into_iter()
                .chain([Record::Credentials(credentials)]))
            .parts
            .len(),
            1
        );
    }

    #[test]
    fn parts_that_cannot_belong_together_are_not_sound() {
        let upload = || {
            [
                ticket(),
                Record::Upload {
                    upload_id: "U".into(),
                },
            ]
        };
        for (parts, expected) in [
            (vec![part(1, 0, 5), part(2, 5, 5)], true),
            (vec![part(3, 5, 5), part(1, 0, 3)], true),
            (vec![part(1, 0, 5), part(2, 4, 5)], false),
            (vec![part(1, 0, 5), part(1, 5, 5)], false),
            (vec![part(1, 0, 5), part(2, 7, 3)], false),
            (vec![part(1, 2, 5)], false),
            (vec![part(10_000, 5, 5)], true),
            (vec![part(10_001, 5, 5)], false),
            (vec![part(1, 0, 11)], false),
            (vec![part(2, u64::MAX, 5)], false),
        ] {
            let shown = format!("{parts:?}");
            assert_eq!(
                sum(upload().into_iter().chain(parts)).is_sound(10),
                expected,
                "{shown}"
            );
        }
        assert!(!sum([part(1, 0, 5)]).is_sound(10), "no ticket");
    }

    #[test]
    fn debug_elides_the_credentials() {
        assert!(!format!("{:?}", ticket()).contains("canary"));
    }
}
