//! Why a request cannot be signed, and which field is the cause.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::fmt;

/// A request that cannot be signed.
///
/// Every variant names the field; none contains a secret.
/// Signing has no temporary failures: the same input always gives the same error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The field is empty, but must not be.
    Empty {
        /// The empty field.
        field: Field,
    },
    /// The field contains a character that cannot be sent, or that would end the field early.
    Character {
        /// The field that contains the character.
        field: Field,
        /// The first such character.
        character: char,
    },
    /// The header or query parameter was given twice.
    ///
    /// Libraries and servers disagree about which of the two counts, so neither is signed.
    Duplicate {
        /// The header or query parameter.
        field: Field,
    },
    /// The signature itself sets this header or query parameter, so the caller must not.
    Reserved {
        /// The header or query parameter.
        field: Field,
    },
    /// The `x-oss-date` header of a V1 request differs from the signing time.
    DateMismatch {
        /// The signing time, as the header must state it.
        expected: String,
    },
    /// The time is before 1970 or after 9999.
    TimeOutOfRange {
        /// The time.
        field: Field,
    },
    /// The lifetime of a presigned V4 URL is shorter than a second, or longer than OSS allows.
    ExpiresInOutOfRange {
        /// The longest lifetime with these credentials, in seconds. The shortest is 1.
        max_seconds: u64,
    },
    /// The region starts with `oss-`, as the first label of an endpoint does.
    RegionPrefix {
        /// The region, as the caller gave it.
        region: String,
    },
    /// The smallest size that a form's policy allows is above the largest.
    LengthRange {
        /// The smallest size.
        min_bytes: u64,
        /// The largest size.
        max_bytes: u64,
    },
    /// The signing key was derived for another day, region or product.
    SigningKeyMismatch {
        /// The field that differs: [`Field::Time`], [`Field::Region`] or [`Field::Product`].
        field: Field,
    },
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { field } => write!(f, "{field} is empty"),
            Self::Character { field, character } => write!(
                f,
                "{field} holds U+{:04X}, which cannot be signed there",
                u32::from(*character)
            ),
            Self::Duplicate { field } => write!(f, "{field} is given twice"),
            Self::Reserved { field } => {
                write!(f, "{field} is set by the signature; do not set it")
            }
            Self::DateMismatch { expected } => {
                write!(
                    f,
                    "header `x-oss-date` differs from the signing time `{expected}`"
                )
            }
            Self::TimeOutOfRange { field } => write!(f, "{field} is before 1970 or after 9999"),
            Self::ExpiresInOutOfRange { max_seconds } => write!(
                f,
                "{} is not between 1 and {max_seconds} seconds",
                Field::ExpiresIn
            ),
            Self::RegionPrefix { region } => write!(
                f,
                "region `{}` starts with `oss-`; leave that prefix out",
                region.escape_debug()
            ),
            Self::LengthRange {
                min_bytes,
                max_bytes,
            } => write!(
                f,
                "content length range from {min_bytes} to {max_bytes} bytes is empty"
            ),
            Self::SigningKeyMismatch { field } => {
                write!(
                    f,
                    "signing key was derived for another {}",
                    match field {
                        Field::Time => "day than that of `time`".to_owned(),
                        field => field.to_string(),
                    }
                )
            }
        }
    }
}

impl core::error::Error for SignError {}

/// A part of the input of a signature.
///
/// `Display` gives a noun that fits into a sentence, such as ``header `x-oss-meta-a` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The HTTP method.
    Method,
    /// The bucket's name.
    Bucket,
    /// The object key.
    ObjectKey,
    /// The name of a header, as the caller gave it.
    HeaderName(String),
    /// The value of the header of this name, or the header as a whole.
    Header(String),
    /// The name of a query parameter, as the caller gave it.
    QueryName(String),
    /// The value of the query parameter of this name, or the parameter as a whole.
    Query(String),
    /// The field of this name in a form, or its condition in a policy.
    FormField(String),
    /// The policy of a form.
    Policy,
    /// The access key ID.
    AccessKeyId,
    /// The access key secret.
    AccessKeySecret,
    /// The security token.
    SecurityToken,
    /// The signing time.
    Time,
    /// The time at which a presigned V1 URL or a form's policy expires.
    ExpiresAt,
    /// The lifetime of a presigned V4 URL.
    ExpiresIn,
    /// The region of a V4 scope.
    Region,
    /// The product of a V4 scope.
    Product,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("`method`"),
            Self::Bucket => f.write_str("`bucket`"),
            Self::ObjectKey => f.write_str("`object_key`"),
            Self::HeaderName(name) => write!(f, "header name `{}`", name.escape_debug()),
            Self::Header(name) => write!(f, "header `{}`", name.escape_debug()),
            Self::QueryName(name) => write!(f, "query parameter name `{}`", name.escape_debug()),
            Self::Query(name) => write!(f, "query parameter `{}`", name.escape_debug()),
            Self::FormField(name) => write!(f, "form field `{}`", name.escape_debug()),
            Self::Policy => f.write_str("`policy`"),
            Self::AccessKeyId => f.write_str("`access_key_id`"),
            Self::AccessKeySecret => f.write_str("`access_key_secret`"),
            Self::SecurityToken => f.write_str("`security_token`"),
            Self::Time => f.write_str("`time`"),
            Self::ExpiresAt => f.write_str("`expires_at`"),
            Self::ExpiresIn => f.write_str("`expires_in`"),
            Self::Region => f.write_str("`region`"),
            Self::Product => f.write_str("`product`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_their_field() {
        let character = SignError::Character {
            field: Field::Header("x-oss-meta-a".to_owned()),
            character: '\n',
        };
        assert_eq!(
            character.to_string(),
            "header `x-oss-meta-a` holds U+000A, which cannot be signed there"
        );
        let empty = SignError::Empty {
            field: Field::ObjectKey,
        };
        assert_eq!(empty.to_string(), "`object_key` is empty");
        let key = SignError::SigningKeyMismatch { field: Field::Time };
        assert_eq!(
            key.to_string(),
            "signing key was derived for another day than that of `time`"
        );
    }

    #[test]
    fn a_name_cannot_write_its_own_line() {
        let field = Field::HeaderName("a\nb".to_owned());
        assert_eq!(field.to_string(), r"header name `a\nb`");
    }
}
