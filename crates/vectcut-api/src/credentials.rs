//! The temporary credentials that init hands out.

use std::time::{Duration, SystemTime};

use crate::Secret;

/// Temporary credentials for OSS, valid for one object key (assumption A4).
///
/// The memory of the secrets is overwritten when they are dropped.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StsCredentials {
    /// The access key ID, `STS.…`. It is not a secret: every request shows it.
    pub access_key_id: String,
    /// The access key secret, which signs.
    pub access_key_secret: Secret,
    /// The security token, which every request carries.
    pub security_token: Secret,
    /// When they expire, if the backend said so. *Assumed* (assumption A3): 15 minutes to an hour ahead.
    pub expiration: Option<SystemTime>,
}

impl StsCredentials {
    /// Returns credentials that were received before.
    pub fn new(
        access_key_id: String,
        access_key_secret: Secret,
        security_token: Secret,
        expiration: Option<SystemTime>,
    ) -> Self {
        Self {
            access_key_id,
            access_key_secret,
            security_token,
            expiration,
        }
    }
}

/// Reads an ISO 8601 instant, extended (`2026-01-01T01:02:03Z`) or basic (`20260101T010203Z`), to the second.
pub(crate) fn instant(text: &str) -> Option<SystemTime> {
    let seconds = text.trim().parse::<jiff::Timestamp>().ok()?.as_second();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_instant_are_read() {
        let expected = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_229_323));
        for text in [
            "2026-01-01T01:02:03Z",
            "20260101T010203Z",
            " 2026-01-01T09:02:03+08:00\n",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        for text in ["", "soon", "2026-01-01", "1969-12-31T23:59:59Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
