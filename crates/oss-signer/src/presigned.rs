//! A presigned URL: the whole authorization is in its query.
//!
//! Signing it is left to the versions; the host is left to the caller, because it is not signed.

use std::fmt;

/// The path and query of a presigned URL.
///
/// Whoever holds it can send this one request until it expires, so it is a secret: `Debug` shows the path only, and there is no `Display`.
/// The link's user must send every `x-oss-…` header, `Content-Type` and `Content-MD5` that the request had when it was presigned, with the same values.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    path_and_query: String,
    query: Vec<(String, String)>,
}

impl Presigned {
    /// Takes an encoded path and query, and the same query decoded.
    pub(crate) fn new(path_and_query: String, query: Vec<(String, String)>) -> Self {
        Self {
            path_and_query,
            query,
        }
    }

    /// Returns the query, decoded: the request's own parameters and those of the signature.
    pub fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the encoded path and query when the host names the bucket: `/key?query`.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// Returns the URL.
    ///
    /// `origin` is everything before the object key, without the slash: `https://bucket.endpoint`, or in path style `http://127.0.0.1:9000/bucket`.
    /// It is not signed and not checked.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        format!("{origin}{}", self.path_and_query)
    }
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_and_query.split('?').next().unwrap_or_default();
        f.debug_struct("Presigned")
            .field("path", &path)
            .finish_non_exhaustive()
    }
}
