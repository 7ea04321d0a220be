//! A presigned URL: the whole signature is in its query.
//!
//! Signing it is left to the two versions; the host is left to the caller, because it is not signed.

use alloc::format;
use alloc::string::String;
use core::fmt;

use zeroize::Zeroize;

use crate::sink::{Sink, written};

/// The path and query of a presigned URL.
///
/// Whoever has it can send this one request until it expires, so treat it as a secret.
/// `Debug` shows the path only, there is no `Display`, and dropping it overwrites it.
/// The user of the URL must send every `x-oss-…` header, `Content-Type` and `Content-MD5` that the presigned request has, with the same values.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    path_and_query: String,
}

impl Presigned {
    /// Takes what writes an encoded path and query.
    pub(crate) fn new(write: impl Fn(&mut dyn Sink)) -> Self {
        Self {
            path_and_query: written(write),
        }
    }

    /// Returns the encoded path and query of the URL when the host names the bucket: `/key?query`.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// Returns the URL.
    ///
    /// `origin` is everything before the slash of the object key: `https://bucket.endpoint`, or in path style `http://127.0.0.1:9000/bucket`.
    /// A slash at its end is dropped, because the object key would begin with it. It is neither signed nor checked.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        let origin = origin.strip_suffix('/').unwrap_or(origin);
        format!("{origin}{}", self.path_and_query)
    }
}

impl Drop for Presigned {
    fn drop(&mut self) {
        self.path_and_query.zeroize();
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
