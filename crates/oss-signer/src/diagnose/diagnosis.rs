//! What differs, in one sentence.

use alloc::string::String;
use core::fmt;

/// Why OSS computes another signature. `Display` says it in one sentence.
///
/// No variant contains the value of a header or a parameter. Names come from the response, so they are shortened, and `Display` escapes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Diagnosis {
    /// The texts are equal, so the secrets differ.
    Secret,
    /// The response is about another signature version.
    Version,
    /// The text is none that OSS signs, or only a part of one.
    Unreadable,
    /// The method differs.
    Method,
    /// The signing time differs.
    Time,
    /// The region of the V4 scope differs.
    Region,
    /// The day or the product of the V4 scope differs.
    Scope,
    /// The security token differs, or is missing.
    Token,
    /// A header differs.
    Header {
        /// Its name.
        name: String,
        /// How it differs.
        change: Change,
    },
    /// A query parameter differs.
    Query {
        /// Its name.
        name: String,
        /// How it differs.
        change: Change,
    },
    /// Bucket and object key are the same, but encoded differently.
    PathEncoding,
    /// The bucket or the object key differs.
    Path,
    /// The list of additional headers differs.
    AdditionalHeaders,
    /// The canonical requests differ; compare them with [`canonical_request`](super::canonical_request).
    CanonicalRequest,
}

/// How a header or a query parameter differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// OSS received it, but it was not signed.
    Added,
    /// It was signed, but OSS did not receive it.
    Removed,
    /// OSS received another value.
    Changed,
    /// OSS received the same value, encoded differently.
    Encoded,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "OSS signed the same text, so the access key secret is wrong",
            Self::Version => "OSS checked another signature version than the one that was sent",
            Self::Unreadable => {
                "the text to compare with is incomplete; take the whole element of the response"
            }
            Self::Method => "OSS received another method; the HTTP client or a proxy changed it",
            Self::Time => "OSS received another signing time; the HTTP client or a proxy changed it",
            Self::Region => "OSS read another region than the one that was signed",
            Self::Scope => "OSS read another day or product than the one that was signed",
            Self::Token => "OSS received another security token, or none",
            Self::Header { name, change } => return change.fmt_of(f, "header", name),
            Self::Query { name, change } => return change.fmt_of(f, "query parameter", name),
            Self::PathEncoding => {
                "OSS received the object key in another encoding; send the URL that the request gives"
            }
            Self::Path => {
                "OSS received another bucket or object key; the HTTP client or a proxy changed the URL"
            }
            Self::AdditionalHeaders => {
                "OSS read another list of additional headers than the one that was signed"
            }
            Self::CanonicalRequest => "OSS received a request that differs from the signed one",
        })
    }
}

impl Change {
    fn fmt_of(self, f: &mut fmt::Formatter<'_>, what: &str, name: &str) -> fmt::Result {
        let name = name.escape_debug();
        match self {
            Self::Added => write!(
                f,
                "OSS received the {what} `{name}`, which was not signed; the HTTP client or a proxy added it"
            ),
            Self::Removed => write!(
                f,
                "OSS did not receive the signed {what} `{name}`; the HTTP client or a proxy removed it"
            ),
            Self::Changed => write!(
                f,
                "OSS received another value of the {what} `{name}`; the HTTP client or a proxy changed it"
            ),
            Self::Encoded => write!(
                f,
                "OSS received the {what} `{name}` in another encoding; send the URL that the request gives"
            ),
        }
    }
}
