//! Verifies OSS signatures on requests as they came over the wire: V1 and V4, in the header and in the URL.
//!
//! It is written from the vendor's documents and shares nothing with any signer, so that the two can check each other.
//! It is pure: it takes the request, the keys and the time, and returns an [`Identity`] or a [`Refusal`].
//! The server's policy decides what the identity may do.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use vectcut_sandbox::verify::{self, Addressing, Key, Keys, Version, Wire};
//!
//! // The second worked example of the vendor's page on V1 headers.
//! let wire = Wire {
//!     method: "PUT".into(),
//!     host: "oss-example.oss-cn-hangzhou.aliyuncs.com".into(),
//!     target: "/nelson".into(),
//!     headers: [
//!         ("Content-MD5", "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM="),
//!         ("Content-Type", "text/html"),
//!         ("Date", "Thu, 17 Nov 2005 18:49:58 GMT"),
//!         ("X-OSS-Meta-Author", "foo@bar.com"),
//!         ("X-OSS-Magic", "abracadabra"),
//!         ("Authorization", "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA="),
//!     ]
//!     .map(|(name, value)| (name.to_owned(), value.to_owned()))
//!     .to_vec(),
//! };
//! let mut keys = Keys::default();
//! keys.add("44CF9590006BF252F707", Key::long_lived("OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV"));
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_132_253_398);
//!
//! let identity = verify::check(&wire, &Addressing::VirtualHost { bucket: "oss-example".into() }, &keys, now)?;
//! assert_eq!(identity.version, Version::V1);
//! # Ok::<(), verify::Refusal>(())
//! ```

mod dates;
mod keys;
mod post;
mod refusal;
pub(crate) mod v1;
pub(crate) mod v4;
mod wire;

use std::time::SystemTime;

use jiff::Timestamp;

pub use keys::{Key, Keys};
pub use post::{AdmittedForm, Form, check_form};
pub use refusal::{Mismatch, Refusal};
pub use wire::{Addressing, Resource, Wire};

pub(crate) use dates::rfc1123;
pub(crate) use wire::{percent_encode_key, percent_encode_value};

/// How far a client's clock may be off, in seconds.
pub(crate) const SKEW_MAX_SECONDS: i64 = 15 * 60;

/// A signature algorithm of OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// HMAC-SHA1 over a string to sign.
    V1,
    /// HMAC-SHA256 with a key derived for a day, a region and the product.
    V4,
}

/// Where a request carries its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Url,
}

/// Who signed a request, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The access key ID whose secret made the signature.
    pub access_key_id: String,
    /// The algorithm.
    pub version: Version,
    /// Header or URL.
    pub place: Place,
    /// The region of the V4 scope, `None` for V1.
    pub region: Option<String>,
}

/// Checks the signature of `wire` as OSS would at the time `now`.
///
/// `addressing` says where the bucket's name is. The bucket and the object key come from the raw request target, never normalised.
///
/// # Errors
/// A [`Refusal`] that says which rule the request broke; OSS has an error for each.
pub fn check(
    wire: &Wire,
    addressing: &Addressing,
    keys: &Keys,
    now: SystemTime,
) -> Result<Identity, Refusal> {
    let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
    let resource = addressing.resource(wire.path());
    match claim(wire)? {
        (Version::V1, Place::Header) => v1::check_header(wire, &resource, keys, now),
        (Version::V1, Place::Url) => v1::check_url(wire, &resource, keys, now),
        (Version::V4, Place::Header) => v4::check_header(wire, &resource, keys, now),
        (Version::V4, Place::Url) => v4::check_url(wire, &resource, keys, now),
    }
}

/// Tells which signature a request claims to carry, without checking it.
///
/// # Errors
/// [`Refusal::Unsigned`], [`Refusal::SignedTwice`], or [`Refusal::Malformed`] for an `Authorization` header of another scheme.
pub fn claim(wire: &Wire) -> Result<(Version, Place), Refusal> {
    let header = match wire.header("authorization") {
        None => None,
        Some(value) if value.starts_with(v4::ALGORITHM) => Some(Version::V4),
        Some(value) if value.starts_with("OSS ") => Some(Version::V1),
        Some(_) => return Err(Refusal::malformed("Authorization header is invalid.")),
    };
    let query = wire.query();
    let has = |names: &[&str]| query.iter().any(|(name, _)| names.contains(&name.as_str()));
    let url = if has(&[
        "x-oss-signature-version",
        "x-oss-signature",
        "x-oss-credential",
    ]) {
        Some(Version::V4)
    } else if has(&["OSSAccessKeyId", "Signature"]) {
        Some(Version::V1)
    } else {
        None
    };
    match (header, url) {
        (Some(_), Some(_)) => Err(Refusal::SignedTwice),
        (Some(version), None) => Ok((version, Place::Header)),
        (None, Some(version)) => Ok((version, Place::Url)),
        (None, None) => Err(Refusal::Unsigned),
    }
}

/// Refuses a signing time that is further from `now` than the server allows.
fn check_skew(signed_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if (signed_at.as_second() - now.as_second()).abs() > SKEW_MAX_SECONDS {
        return Err(Refusal::TooSkewed {
            request_time: signed_at,
            server_time: now,
        });
    }
    Ok(())
}
