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
//! The body is never part of it: OSS defines `UNSIGNED-PAYLOAD` only.
//!
//! Source: [Include a V4 signature in the Authorization header](https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4) and [Include a V4 signature in a URL](https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls).

mod canonical_query;
mod canonical_request;
mod hex;
mod presign;
mod scope;
mod signing_key;

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::http_date::{Ascii, Timestamp};
use crate::presigned::Presigned;
use crate::redacted::{CanonicalRequest, Recorder, StringToSign};
use crate::request::Request;
use crate::sink::Sink;
use canonical_query::CanonicalQuery;
use canonical_request::Canonical;

pub use presign::{presign_canonical_request, presign_string_to_sign};
pub use scope::Scope;
pub use signing_key::SigningKey;

/// Signs a request in its headers.
///
/// Send the request with the headers that were signed and with those of [`Signed::headers`], and OSS accepts it within 15 minutes of `time`.
/// A request that is sent again later is signed again.
///
/// Who signs many requests derives a [`SigningKey`] once a day and uses [`SigningKey::sign`].
///
/// # Errors
///
/// [`SignError`] names the field that cannot be signed:
/// an empty bucket, object key, access key ID, secret or token;
/// a control character in a header's value;
/// a header or query parameter given twice, or one that the signature sets;
/// a region with `oss-` in front; a time before 1970 or after 9999.
pub fn sign<'a>(
    request: &Request<'_>,
    credentials: &Credentials<'a>,
    scope: &Scope<'_>,
    time: SystemTime,
) -> Result<Signed<'a>, SignError> {
    SigningKey::derive(credentials, scope, time)?.sign(request, credentials, scope, time)
}

/// Signs a request in its URL, which works from `time` for `expires_in` for whoever has it.
///
/// `expires_in` is rounded down to whole seconds and is at most 7 days, with a security token at most 12 hours.
/// The end of the security token, if there is one, cuts it short.
///
/// # Errors
///
/// As for [`sign`], and [`SignError::ExpiresInOutOfRange`].
pub fn presign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
    expires_in: Duration,
) -> Result<Presigned, SignError> {
    let key = SigningKey::derive(credentials, scope, time)?;
    key.presign(request, credentials, scope, time, expires_in)
}

/// Returns the canonical request of [`sign`], whose SHA-256 stands in the string to sign.
///
/// # Errors
///
/// As for [`sign`]; the access key secret is not looked at.
pub fn canonical_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
) -> Result<CanonicalRequest, SignError> {
    let mut text = Recorder::default();
    Parts::new(request, credentials, scope, time)?
        .canonical()
        .write(&mut text);
    Ok(text.into())
}

/// Returns the text that [`sign`] signs, for comparison with the one in a `SignatureDoesNotMatch` reply.
///
/// # Errors
///
/// As for [`sign`]; the access key secret is not looked at.
pub fn string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
) -> Result<StringToSign, SignError> {
    let parts = Parts::new(request, credentials, scope, time)?;
    let mut text = Recorder::default();
    write_string_to_sign(&mut text, &parts.canonical(), scope, &parts.date);
    Ok(text.into())
}

/// The headers that make a request a signed one.
///
/// `Debug` shows no value: whoever reads them can repeat the request for 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    date: Ascii<16>,
    authorization: String,
    security_token: Option<&'a str>,
}

impl Signed<'_> {
    /// Returns exactly the headers to attach, names in lower case: `x-oss-date`, `x-oss-content-sha256`, `authorization` and, with a token, `x-oss-security-token`.
    ///
    /// The last two are secrets: mark them so where the HTTP client can (`HeaderValue::set_sensitive`), and do not log them.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let token = self.security_token.map(|token| (SECURITY_TOKEN, token));
        [
            (DATE, self.date.as_str()),
            (CONTENT_SHA256, UNSIGNED_PAYLOAD),
            ("authorization", self.authorization.as_str()),
        ]
        .into_iter()
        .chain(token)
    }
}

impl fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").finish_non_exhaustive()
    }
}

const ALGORITHM: &str = "OSS4-HMAC-SHA256";
const CONTENT_SHA256: &str = "x-oss-content-sha256";
const DATE: &str = "x-oss-date";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The headers that V4 sets, in either mode.
const RESERVED_HEADERS: [&str; 4] = ["authorization", CONTENT_SHA256, DATE, SECURITY_TOKEN];

/// A checked request that is signed in its headers.
struct Parts<'a> {
    request: &'a Request<'a>,
    scope: &'a Scope<'a>,
    date: Ascii<16>,
    token: Option<&'a str>,
    query: CanonicalQuery<'a>,
}

impl<'a> Parts<'a> {
    fn new(
        request: &'a Request<'a>,
        credentials: &Credentials<'a>,
        scope: &'a Scope<'a>,
        time: SystemTime,
    ) -> Result<Self, SignError> {
        Ok(Self {
            request,
            scope,
            date: checked_date(request, credentials, scope, time)?,
            token: credentials.token(),
            query: CanonicalQuery::new(request, &[]),
        })
    }

    fn canonical(&self) -> Canonical<'_> {
        let mut added = vec![
            (CONTENT_SHA256, UNSIGNED_PAYLOAD),
            (DATE, self.date.as_str()),
        ];
        added.extend(self.token.map(|token| (SECURITY_TOKEN, token)));
        Canonical {
            request: self.request,
            scope: self.scope,
            query: &self.query,
            added,
        }
    }
}

/// Refuses what cannot be signed, and returns the time in the form of V4.
fn checked_date(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
) -> Result<Ascii<16>, SignError> {
    request.check(&RESERVED_HEADERS)?;
    credentials.check()?;
    scope.check()?;
    Ok(Timestamp::new(time, Field::Time)?.iso_basic())
}

/// Writes the string to sign.
fn write_string_to_sign(
    sink: &mut impl Sink,
    canonical: &Canonical<'_>,
    scope: &Scope<'_>,
    date: &Ascii<16>,
) {
    sink.text(ALGORITHM);
    sink.text("\n");
    sink.text(date.as_str());
    sink.text("\n");
    scope.write(sink, date.day());
    sink.text("\n");
    sink.text(canonical.sha256().as_str());
}
