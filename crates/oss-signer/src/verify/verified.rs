//! What a signature proves.

use alloc::string::String;

/// The version of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// HMAC-SHA1.
    V1,
    /// HMAC-SHA256 with a derived key.
    V4,
}

/// Where a request carries its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the headers.
    Header,
    /// In the query: a presigned URL.
    Url,
    /// In the fields of a form.
    Form,
}

/// A signature that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub(super) version: Version,
    pub(super) place: Place,
    pub(super) region: Option<String>,
}

impl Verified {
    /// Returns the version of the signature.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns where the request carries its signature.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns the region that a V4 signature is for; `None` for V1.
    ///
    /// OSS refuses a signature for another region than its own.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}
