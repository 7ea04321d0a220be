//! Why a signature is refused.

use core::fmt;

use crate::error::SignError;
use crate::timestamp::Timestamp;

/// Why a signature is refused. No variant contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The request carries no signature.
    Unsigned,
    /// The request carries a signature in its header and another in its URL, or a form has both versions.
    SignedTwice,
    /// No client can have signed this request, for instance because a header occurs twice.
    Invalid {
        /// Which part of the request is invalid.
        reason: SignError,
    },
    /// The `Authorization` header, a parameter or a form field cannot be read.
    Malformed {
        /// Its name.
        name: &'static str,
    },
    /// A header, a parameter of a presigned URL or a field of a form is missing.
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// The signing time is missing, or not in the form of the version.
    UnreadableDate,
    /// `x-oss-content-sha256` is not `UNSIGNED-PAYLOAD`.
    ContentHash,
    /// The day of the V4 scope is not the day of the signing time.
    ScopeDate,
    /// The signing time is too far from the server's time.
    TooSkewed {
        /// The signing time.
        signed_at: Timestamp,
    },
    /// The presigned URL has expired.
    Expired {
        /// When it expired.
        expired_at: Timestamp,
    },
    /// The presigned URL is not valid yet.
    NotYetValid {
        /// The signing time.
        signed_at: Timestamp,
    },
    /// The lifetime of a V4 URL is out of range.
    Lifetime {
        /// The longest lifetime, in seconds. The shortest is 1.
        max_seconds: u64,
    },
    /// The access key ID is not that of the credentials, or a temporary key came without its token.
    UnknownAccessKeyId,
    /// The security token is not that of the credentials.
    UnknownToken,
    /// A long-lived key came with a security token.
    TokenNotSupported,
    /// The signature differs from the one of this secret: the secret is wrong, or the request was changed.
    Mismatch,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("request is not signed"),
            Self::SignedTwice => f.write_str("request is signed twice"),
            Self::Invalid { reason } => write!(f, "request cannot be signed: {reason}"),
            Self::Malformed { name } => write!(f, "`{name}` is malformed"),
            Self::Missing { name } => write!(f, "`{name}` is missing"),
            Self::UnreadableDate => f.write_str("signing time is missing or unreadable"),
            Self::ContentHash => f.write_str("`x-oss-content-sha256` is not `UNSIGNED-PAYLOAD`"),
            Self::ScopeDate => f.write_str("day of the credential scope is not the signing day"),
            Self::TooSkewed { signed_at } => write!(
                f,
                "signing time {} is too far from the server's time",
                signed_at.unix_seconds()
            ),
            Self::Expired { expired_at } => {
                write!(f, "URL expired at {}", expired_at.unix_seconds())
            }
            Self::NotYetValid { signed_at } => {
                write!(f, "URL is not valid before {}", signed_at.unix_seconds())
            }
            Self::Lifetime { max_seconds } => {
                write!(f, "URL lifetime is not between 1 and {max_seconds} seconds")
            }
            Self::UnknownAccessKeyId => f.write_str("access key ID is unknown"),
            Self::UnknownToken => f.write_str("security token is unknown"),
            Self::TokenNotSupported => f.write_str("a long-lived access key has no security token"),
            Self::Mismatch => f.write_str("signature does not match"),
        }
    }
}

impl core::error::Error for Refusal {}
