//! The access keys that a server knows, and the check of a pair of access key ID and token.

use std::collections::HashMap;
use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;

use super::Refusal;

/// One access key: its secret, and for a temporary one the security token and when it expires.
#[derive(Clone)]
pub struct Key {
    pub(super) secret: Secret,
    pub(super) token: Option<String>,
    pub(super) expires_at: Option<Timestamp>,
}

/// What signatures are checked with.
#[derive(Clone)]
pub(super) enum Secret {
    /// The access key secret.
    Plain(String),
    /// A V4 signing key that was derived elsewhere; the secret is not known.
    DerivedV4([u8; 32]),
}

impl Key {
    /// Makes a key that never expires and takes no security token.
    pub fn long_lived(access_key_secret: impl Into<String>) -> Self {
        Self {
            secret: Secret::Plain(access_key_secret.into()),
            token: None,
            expires_at: None,
        }
    }

    /// Makes a temporary key, as STS gives: it needs its token, and expires at `expires_at` if that is given.
    pub fn temporary(
        access_key_secret: impl Into<String>,
        security_token: impl Into<String>,
        expires_at: Option<SystemTime>,
    ) -> Self {
        Self {
            secret: Secret::Plain(access_key_secret.into()),
            token: Some(security_token.into()),
            expires_at: expires_at.and_then(|end| Timestamp::try_from(end).ok()),
        }
    }

    /// Makes a key of which only the derived V4 signing key is known, as in a document that withholds the secret.
    /// It verifies V4 signatures of that day and region, and no V1 signature.
    pub fn derived_v4(signing_key: [u8; 32]) -> Self {
        Self {
            secret: Secret::DerivedV4(signing_key),
            token: None,
            expires_at: None,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("temporary", &self.token.is_some())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The access keys that a server knows, by access key ID.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    by_id: HashMap<String, Key>,
}

impl Keys {
    /// Adds a key, or replaces the one of that ID.
    pub fn add(&mut self, access_key_id: impl Into<String>, key: Key) {
        self.by_id.insert(access_key_id.into(), key);
    }

    /// Lets every temporary key expire at `end`, unless it expires earlier.
    pub(crate) fn end_temporary(&mut self, end: Timestamp) {
        for key in self.by_id.values_mut().filter(|key| key.token.is_some()) {
            key.expires_at = Some(key.expires_at.map_or(end, |earlier| earlier.min(end)));
        }
    }

    /// Returns the key of this access key ID if the token fits and has not expired at `now`.
    pub(super) fn admit(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<&Key, Refusal> {
        let key = self
            .by_id
            .get(access_key_id)
            .ok_or_else(|| Refusal::UnknownAccessKeyId {
                access_key_id: access_key_id.to_owned(),
            })?;
        match (&key.token, token) {
            (None, None) => {}
            (None, Some(_)) => return Err(Refusal::TokenNotSupported),
            // OSS does not know a temporary access key ID without its token.
            (Some(_), None) => {
                return Err(Refusal::UnknownAccessKeyId {
                    access_key_id: access_key_id.to_owned(),
                });
            }
            (Some(right), Some(given)) if right != given => {
                let known = self
                    .by_id
                    .values()
                    .any(|key| key.token.as_deref() == Some(given));
                return Err(if known {
                    Refusal::CredentialsMixed
                } else {
                    Refusal::UnknownToken {
                        security_token: given.to_owned(),
                    }
                });
            }
            (Some(right), Some(_)) => {
                if key.expires_at.is_some_and(|end| end <= now) {
                    return Err(Refusal::TokenExpired {
                        security_token: right.clone(),
                    });
                }
            }
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        let mut keys = Keys::default();
        keys.add("long", Key::long_lived("s"));
        keys.add(
            "STS.a",
            Key::temporary(
                "s",
                "token-a",
                Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(100)),
            ),
        );
        keys.add("STS.b", Key::temporary("s", "token-b", None));
        keys
    }

    #[test]
    fn each_mixed_up_set_has_its_own_refusal() {
        let at = |id, token, second| {
            keys()
                .admit(id, token, Timestamp::from_second(second).unwrap())
                .map(|_| ())
        };
        assert_eq!(at("long", None, 0), Ok(()));
        assert_eq!(at("STS.a", Some("token-a"), 99), Ok(()));
        assert_eq!(
            at("STS.a", Some("token-a"), 100),
            Err(Refusal::TokenExpired {
                security_token: "token-a".into()
            })
        );
        assert_eq!(
            at("STS.a", None, 0),
            Err(Refusal::UnknownAccessKeyId {
                access_key_id: "STS.a".into()
            })
        );
        assert_eq!(
            at("STS.a", Some("token-b"), 0),
            Err(Refusal::CredentialsMixed)
        );
        assert_eq!(
            at("STS.a", Some("token-c"), 0),
            Err(Refusal::UnknownToken {
                security_token: "token-c".into()
            })
        );
        assert_eq!(
            at("long", Some("token-a"), 0),
            Err(Refusal::TokenNotSupported)
        );
        assert_eq!(
            at("nobody", None, 0),
            Err(Refusal::UnknownAccessKeyId {
                access_key_id: "nobody".into()
            })
        );
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let shown = format!("{:?}", Key::temporary("the-secret", "the-token", None));
        assert!(
            !shown.contains("the-secret") && !shown.contains("the-token"),
            "{shown}"
        );
    }
}
