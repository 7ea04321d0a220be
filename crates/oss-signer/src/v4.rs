//! Signature version 4: HMAC-SHA256 with a key derived for a day, a region and a product, in hexadecimal.
//!
//! ```text
//! Authorization: OSS4-HMAC-SHA256 Credential=<access key ID>/<scope>[,AdditionalHeaders=a;b],Signature=<hex>
//!
//! scope             = 20260101/cn-hangzhou/oss/aliyun_v4_request
//! string to sign    = "OSS4-HMAC-SHA256" "\n" x-oss-date "\n" scope "\n" hex(SHA256(canonical request))
//! canonical request = METHOD "\n" path "\n" query "\n" headers "\n" additional headers "\n" "UNSIGNED-PAYLOAD"
//! ```
//!
//! The body is never signed: `UNSIGNED-PAYLOAD` is the only value that OSS defines.
//!
//! Source: [Include a V4 signature in the Authorization header](https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4) and [Include a V4 signature in a URL](https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls).

mod canonical_query;
mod canonical_request;
pub(crate) mod form;
mod header;
mod presign;
#[cfg(feature = "verify")]
pub(crate) mod received;
mod scope;
mod signing_key;
mod string_to_sign;

use core::time::Duration;

use crate::credentials::Credentials;
use crate::error::SignError;
use crate::presigned::Presigned;
use crate::request::Request;
use crate::timestamp::Timestamp;
use header::HeaderParts;
use presign::QueryParts;
use signing_key::derive;

pub use header::{Signed, canonical_request, string_to_sign};
pub use presign::{presign_canonical_request, presign_string_to_sign};
pub use scope::Scope;
pub use signing_key::SigningKey;

/// Signs a request in its headers.
///
/// Send the request with its own headers and with those of [`Signed::headers`].
/// OSS accepts it within 15 minutes of `time`, so sign each retry anew.
///
/// To sign many requests in less time, derive a [`SigningKey`] once a day and use [`SigningKey::sign`].
///
/// # Errors
///
/// [`SignError`] names the field that cannot be signed:
/// an empty bucket, object key, access key ID, secret or token;
/// a control character in a header's value;
/// a header or query parameter that occurs twice or that the signature sets;
/// a region that starts with `oss-`; a time before 1970 or after 9999.
pub fn sign<'a>(
    request: &Request<'_>,
    credentials: &Credentials<'a>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
) -> Result<Signed<'a>, SignError> {
    let parts = HeaderParts::new(request, credentials, scope, time.into())?;
    let mac = derive(credentials, scope, parts.date().day())?;
    Ok(parts.sign(mac))
}

/// Signs a request in its URL. Whoever has the URL can send the request from `time` until `expires_in` later.
///
/// `expires_in` is rounded down to whole seconds. It is at most 7 days, or 12 hours with a security token.
/// If a security token signs, the URL stops working when the token expires.
///
/// # Errors
///
/// As for [`sign`], and [`SignError::ExpiresInOutOfRange`].
pub fn presign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
    expires_in: Duration,
) -> Result<Presigned, SignError> {
    let parts = QueryParts::new(request, credentials, scope, time.into(), expires_in)?;
    let mac = derive(credentials, scope, parts.date().day())?;
    Ok(parts.sign(mac))
}
