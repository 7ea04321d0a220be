//! Why a signature was not accepted: one variant for each error of OSS.

use std::fmt;

use jiff::Timestamp;

use super::Version;

/// Why a signature was not accepted.
///
/// Some variants carry what OSS repeats in its error document, which includes the security token.
/// `Debug` and `Display` show none of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No signature at all.
    Unsigned,
    /// A signature in the header and another in the URL.
    SignedTwice,
    /// A header or parameter cannot be read.
    Malformed {
        /// What is wrong, in the words of the error response.
        message: String,
    },
    /// A parameter of a presigned URL is missing.
    ParameterMissing {
        /// Its name.
        name: &'static str,
    },
    /// A field of a form is missing.
    FieldMissing {
        /// Its name.
        name: &'static str,
    },
    /// The policy of a form cannot be read.
    InvalidPolicy {
        /// What is wrong, in the words of the error response.
        message: String,
    },
    /// A form breaks a condition of its policy, or the policy has expired.
    PolicyViolated {
        /// Which one, in the words of the error response.
        message: String,
    },
    /// The signing time is missing or not in the form that the version asks for.
    UnreadableDate,
    /// The signing time is more than 15 minutes off.
    TooSkewed {
        /// The time at which the client signed, as it says.
        request_time: Timestamp,
        /// The server's time.
        server_time: Timestamp,
    },
    /// The presigned URL has expired, or is not valid yet.
    UrlExpired {
        /// When it expires.
        expires_at: Timestamp,
        /// The server's time.
        server_time: Timestamp,
    },
    /// No such access key, or a temporary one without its token.
    UnknownAccessKeyId {
        /// The access key ID as given.
        access_key_id: String,
    },
    /// No such security token.
    UnknownToken {
        /// The token as given.
        security_token: String,
    },
    /// The token of a temporary key has expired.
    TokenExpired {
        /// The token as given.
        security_token: String,
    },
    /// A long-lived key came with a security token.
    TokenNotSupported,
    /// The access key ID of one set came with the token of another.
    CredentialsMixed,
    /// The signature is not the one that the server computes.
    Mismatch(Box<Mismatch>),
}

/// What the server signed, and what the client sent.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The algorithm.
    pub version: Version,
    /// The access key ID as given.
    pub access_key_id: String,
    /// The signature as given.
    pub provided: String,
    /// The server's string to sign; it may contain the security token.
    pub string_to_sign: Vec<u8>,
    /// The server's canonical request (V4 only); it may contain the security token.
    pub canonical_request: Option<Vec<u8>>,
}

impl Refusal {
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed {
            message: message.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("the request carries no signature"),
            Self::SignedTwice => {
                f.write_str("the request carries a signature in its header and another in its URL")
            }
            Self::Malformed { message } => f.write_str(message.trim_end_matches('.')),
            Self::ParameterMissing { name } => write!(f, "the presigned URL lacks `{name}`"),
            Self::FieldMissing { name } => write!(f, "the form lacks `{name}`"),
            Self::InvalidPolicy { message } | Self::PolicyViolated { message } => {
                f.write_str(message.trim_end_matches('.'))
            }
            Self::UnreadableDate => f.write_str("the signing time is missing or unreadable"),
            Self::TooSkewed {
                request_time,
                server_time,
            } => {
                write!(
                    f,
                    "signed at `{request_time}`, which is too far from `{server_time}`"
                )
            }
            Self::UrlExpired {
                expires_at,
                server_time,
            } => write!(
                f,
                "the presigned URL ended at `{expires_at}`; it is `{server_time}`"
            ),
            Self::UnknownAccessKeyId { access_key_id } => {
                write!(f, "the access key ID `{access_key_id}` is unknown")
            }
            Self::UnknownToken { .. } => f.write_str("the security token is unknown"),
            Self::TokenExpired { .. } => f.write_str("the security token has expired"),
            Self::TokenNotSupported => {
                f.write_str("a long-lived access key takes no security token")
            }
            Self::CredentialsMixed => {
                f.write_str("the access key ID and the security token belong to different sets")
            }
            Self::Mismatch(mismatch) => write!(
                f,
                "the {:?} signature of `{}` is wrong",
                mismatch.version, mismatch.access_key_id
            ),
        }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({self})")
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("version", &self.version)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Refusal {}
