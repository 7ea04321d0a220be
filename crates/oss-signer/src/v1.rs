//! Signature version 1: HMAC-SHA1 of a short text, in base64.
//!
//! ```text
//! Authorization: OSS <access key ID>:<base64(HMAC-SHA1(access key secret, string to sign))>
//!
//! string to sign = METHOD "\n" Content-MD5 "\n" Content-Type "\n" Date "\n" headers resource
//! ```
//!
//! Source: [Include a V1 signature in the Authorization header](https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header) and [Include a V1 signature in a URL](https://www.alibabacloud.com/help/en/oss/developer-reference/ddd-signatures-to-urls).
//!
//! Aliyun is withdrawing V1. [The guide](crate::guide) says what that means for a program that uses it.

mod canonical_resource;
#[cfg(feature = "verify")]
pub(crate) mod received;
pub(crate) mod signature;
mod string_to_sign;

use alloc::string::String;
use core::fmt;

use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::decimal::Decimal;
use crate::error::{Field, SignError};
use crate::moment::Ascii;
use crate::percent::{write_component, write_secret_component};
use crate::presigned::Presigned;
use crate::redacted::StringToSign;
use crate::request::Request;
use crate::timestamp::Timestamp;
use signature::Signature;
use string_to_sign::Token;

/// Signs a request in its headers.
///
/// Send the request with its own headers and with those of [`Signed::headers`].
/// OSS accepts it within 15 minutes of `time`, so sign each retry anew.
///
/// If the HTTP client cannot set `Date`, give the request an `x-oss-date` header with the signing time in the same form.
/// `Date` is then not among the headers of the signature.
///
/// # Errors
///
/// [`SignError`] names the field that cannot be signed:
/// an empty bucket, object key, access key ID, secret or token;
/// a control character in the object key or in a signed value, because V1 signs them as raw lines;
/// a header or query parameter that occurs twice or that the signature sets;
/// an `x-oss-date` header that differs from `time`; a time before 1970 or after 9999.
pub fn sign<'a>(
    request: &Request<'_>,
    credentials: &Credentials<'a>,
    time: impl Into<Timestamp>,
) -> Result<Signed<'a>, SignError> {
    let date = checked_date(request, credentials, time.into())?;
    let token = Token::Header(credentials.token());
    let signature = Signature::of_request(credentials, request, date.as_bytes(), token)?;
    let id = credentials.access_key_id();
    let pieces = [b"OSS ", id.as_bytes(), b":", signature.as_bytes()];
    // Checking the whole once is quicker than checking the signature before it is copied.
    let authorization = String::from_utf8(pieces.concat()).unwrap_or_default();
    Ok(Signed {
        date: request.header_value(OSS_DATE).is_none().then_some(date),
        authorization,
        security_token: credentials.token(),
    })
}

/// Signs a request in its URL. Whoever has the URL can send the request until `expires_at`.
///
/// `expires_at` is rounded down to a whole second.
/// If a security token signs, the URL stops working when the token expires.
///
/// # Errors
///
/// As for [`sign`], and the request must not have an `x-oss-date` header.
pub fn presign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: impl Into<Timestamp>,
) -> Result<Presigned, SignError> {
    let expires = checked_expires(request, credentials, expires_at.into())?;
    let token = Token::Query(credentials.token());
    let signature = Signature::of_request(credentials, request, expires.as_bytes(), token)?;
    Ok(Presigned::new(|sink| {
        request.write_path(sink);
        request.write_query(sink);
        let is_first = request.sorted_query().len() == 0;
        sink.text(if is_first { "?" } else { "&" });
        sink.text("OSSAccessKeyId=");
        write_component(sink, credentials.access_key_id());
        sink.text("&Expires=");
        sink.text(expires.as_str());
        if let Some(token) = credentials.token() {
            sink.text("&security-token=");
            write_secret_component(sink, token);
        }
        sink.text("&Signature=");
        write_component(sink, signature.as_str());
    }))
}

/// Returns the text that [`sign`] signs, to compare with the one in a `SignatureDoesNotMatch` response.
///
/// # Errors
///
/// As for [`sign`], except that any secret is accepted.
pub fn string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    time: impl Into<Timestamp>,
) -> Result<StringToSign, SignError> {
    let date = checked_date(request, credentials, time.into())?;
    let token = Token::Header(credentials.token());
    Ok(StringToSign::new(|sink| {
        string_to_sign::write(sink, request, date.as_bytes(), token);
    }))
}

/// Returns the text that [`presign`] signs.
///
/// # Errors
///
/// As for [`presign`], except that any secret is accepted.
pub fn presign_string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: impl Into<Timestamp>,
) -> Result<StringToSign, SignError> {
    let expires = checked_expires(request, credentials, expires_at.into())?;
    let token = Token::Query(credentials.token());
    Ok(StringToSign::new(|sink| {
        string_to_sign::write(sink, request, expires.as_bytes(), token);
    }))
}

/// The headers that carry a V1 signature.
///
/// `Debug` shows no value: whoever reads them can repeat the request for 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    /// Absent if the request has an `x-oss-date` header.
    date: Option<Ascii<29>>,
    authorization: String,
    security_token: Option<&'a str>,
}

impl Signed<'_> {
    /// Returns exactly the headers to add, names in lower case: `date`, `authorization` and, with a token, `x-oss-security-token`.
    ///
    /// The last two are secrets. Do not log them, and mark them as secret if the HTTP client can (`HeaderValue::set_sensitive`).
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let date = self.date.as_ref().map(|date| ("date", date.as_str()));
        let token = self.security_token.map(|token| (SECURITY_TOKEN, token));
        date.into_iter()
            .chain([("authorization", self.authorization.as_str())])
            .chain(token)
    }
}

impl fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").finish_non_exhaustive()
    }
}

const OSS_DATE: &str = "x-oss-date";

/// Refuses what cannot be signed in the headers, and returns the `Date`.
fn checked_date(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    time: Timestamp,
) -> Result<Ascii<29>, SignError> {
    let date = time.moment(Field::Time)?.http_date();
    let reserved = ["authorization", "date", SECURITY_TOKEN];
    check(request, credentials, &reserved)?;
    // If `x-oss-date` is present, OSS takes the date line from it.
    match request.header_value(OSS_DATE) {
        Some(given) if given != date.as_str() => Err(SignError::DateMismatch {
            expected: String::from(date.as_str()),
        }),
        _ => Ok(date),
    }
}

/// Refuses what cannot be signed in the URL, and returns `Expires`.
fn checked_expires(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: Timestamp,
) -> Result<Decimal, SignError> {
    let reserved = ["authorization", "date", OSS_DATE, SECURITY_TOKEN];
    check(request, credentials, &reserved)?;
    let expires_at = expires_at.moment(Field::ExpiresAt)?;
    Ok(Decimal::new(expires_at.unix_seconds()))
}

fn check(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    reserved: &[&str],
) -> Result<(), SignError> {
    request.check(reserved)?;
    credentials.check()?;
    canonical_resource::check(request)
}
