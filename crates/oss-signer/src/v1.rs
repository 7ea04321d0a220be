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
//! Aliyun is withdrawing V1; [the guide](crate::guide) says what that means for a program that uses it.

mod canonical_resource;

use std::fmt;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;

use crate::canonical_headers::{self, SECURITY_TOKEN, is_oss_header};
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::http_date::{Ascii, Timestamp};
use crate::keyed_hash::hmac_sha1;
use crate::percent;
use crate::presigned::Presigned;
use crate::redacted::{Recorder, StringToSign};
use crate::request::Request;
use crate::sink::Sink;

/// Signs a request in its headers.
///
/// Send the request with the headers that were signed and with those of [`Signed::headers`], and OSS accepts it within 15 minutes of `time`.
/// A request that is sent again later is signed again.
///
/// Where the HTTP client does not let `Date` be set, give the request an `x-oss-date` header with the same moment in the same form; `Date` is then not among the headers to attach.
///
/// # Errors
///
/// [`SignError`] names the field that cannot be signed:
/// an empty bucket, object key, access key ID, secret or token;
/// a control character in the object key or in a signed value, because V1 signs them as raw lines;
/// a header or query parameter given twice, or one that the signature sets;
/// an `x-oss-date` header that is not `time`; a time before 1970 or after 9999.
pub fn sign<'a>(
    request: &Request<'_>,
    credentials: &Credentials<'a>,
    time: SystemTime,
) -> Result<Signed<'a>, SignError> {
    let date = checked_date(request, credentials, time)?;
    let token = Token::Header(credentials.token());
    let signature = signature(credentials, request, date.as_str(), token)?;
    let access_key_id = credentials.access_key_id();
    let mut authorization =
        String::with_capacity("OSS :".len() + access_key_id.len() + SIGNATURE_LEN);
    authorization.push_str("OSS ");
    authorization.push_str(access_key_id);
    authorization.push(':');
    authorization.push_str(base64(signature, &mut [0; SIGNATURE_LEN]));
    Ok(Signed {
        date: request.header_value(OSS_DATE).is_none().then_some(date),
        authorization,
        security_token: credentials.token(),
    })
}

/// Signs a request in its URL, which works until `expires_at` for whoever has it.
///
/// `expires_at` is rounded down to a whole second.
/// The end of the security token, if there is one, cuts it short.
///
/// # Errors
///
/// As for [`sign`], and `x-oss-date` may not be given.
pub fn presign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: SystemTime,
) -> Result<Presigned, SignError> {
    let expires = checked_expires(request, credentials, expires_at)?;
    let token = Token::Query(credentials.token());
    let signature = signature(credentials, request, &expires, token)?;
    let mut added = vec![
        ("OSSAccessKeyId", credentials.access_key_id().to_owned()),
        ("Expires", expires),
    ];
    if let Some(token) = credentials.token() {
        added.push(("security-token", token.to_owned()));
    }
    added.push((
        "Signature",
        base64(signature, &mut [0; SIGNATURE_LEN]).to_owned(),
    ));

    let mut path_and_query = request.path_and_query();
    let mut separator = if request.query_pairs().is_empty() {
        '?'
    } else {
        '&'
    };
    for (name, value) in &added {
        path_and_query.push(separator);
        separator = '&';
        path_and_query.push_str(name);
        path_and_query.push('=');
        path_and_query.push_str(&percent::encode_component(value));
    }
    let own = request.query_pairs().iter();
    let query = own
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .chain(
            added
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        )
        .collect();
    Ok(Presigned::new(path_and_query, query))
}

/// Returns the text that [`sign`] signs, for comparison with the one in a `SignatureDoesNotMatch` reply.
///
/// # Errors
///
/// As for [`sign`]; the access key secret is not looked at.
pub fn string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    time: SystemTime,
) -> Result<StringToSign, SignError> {
    let date = checked_date(request, credentials, time)?;
    let mut text = Recorder::default();
    let token = Token::Header(credentials.token());
    write_string_to_sign(&mut text, request, date.as_str(), token);
    Ok(text.into())
}

/// Returns the text that [`presign`] signs.
///
/// # Errors
///
/// As for [`presign`]; the access key secret is not looked at.
pub fn presign_string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: SystemTime,
) -> Result<StringToSign, SignError> {
    let expires = checked_expires(request, credentials, expires_at)?;
    let mut text = Recorder::default();
    let token = Token::Query(credentials.token());
    write_string_to_sign(&mut text, request, &expires, token);
    Ok(text.into())
}

/// The headers that make a request a signed one.
///
/// `Debug` shows no value: whoever reads them can repeat the request for 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    /// Absent where `x-oss-date` says it.
    date: Option<Ascii<29>>,
    authorization: String,
    security_token: Option<&'a str>,
}

impl Signed<'_> {
    /// Returns exactly the headers to attach, names in lower case: `date`, `authorization` and, with a token, `x-oss-security-token`.
    ///
    /// The last two are secrets: mark them so where the HTTP client can (`HeaderValue::set_sensitive`), and do not log them.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
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

/// The length of an HMAC-SHA1 in base64.
const SIGNATURE_LEN: usize = 28;

/// Refuses what cannot be signed in the headers, and returns the `Date`.
#[inline]
fn checked_date(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    time: SystemTime,
) -> Result<Ascii<29>, SignError> {
    let date = Timestamp::new(time, Field::Time)?.http_date();
    check(
        request,
        credentials,
        &["authorization", "date", SECURITY_TOKEN],
    )?;
    // OSS takes the date line from `x-oss-date` when there is one.
    match request.header_value(OSS_DATE) {
        Some(given) if given != date.as_str() => Err(SignError::DateMismatch {
            expected: date.as_str().to_owned(),
        }),
        _ => Ok(date),
    }
}

/// Refuses what cannot be signed in the URL, and returns `Expires`.
fn checked_expires(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires_at: SystemTime,
) -> Result<String, SignError> {
    let reserved = ["authorization", "date", OSS_DATE, SECURITY_TOKEN];
    check(request, credentials, &reserved)?;
    let expires_at = Timestamp::new(expires_at, Field::ExpiresAt)?;
    Ok(expires_at.unix_seconds().to_string())
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

/// The security token, in the place where it is signed.
#[derive(Clone, Copy)]
enum Token<'a> {
    Header(Option<&'a str>),
    Query(Option<&'a str>),
}

/// Writes the string to sign; its fourth line is the date or the expiry.
#[inline]
fn write_string_to_sign(
    sink: &mut impl Sink,
    request: &Request<'_>,
    date_line: &str,
    token: Token<'_>,
) {
    let (token_header, token_query) = match token {
        Token::Header(token) => (token, None),
        Token::Query(token) => (None, token),
    };
    sink.text(request.method());
    sink.text("\n");
    sink.text(request.header_value("content-md5").unwrap_or_default());
    sink.text("\n");
    sink.text(request.header_value("content-type").unwrap_or_default());
    sink.text("\n");
    sink.text(date_line);
    sink.text("\n");
    let headers = request.sorted_headers().iter();
    let signed = headers.filter(|header| is_oss_header(&header.name));
    match token_header {
        Some(token) => canonical_headers::write(sink, signed, &[(SECURITY_TOKEN, token)]),
        None => canonical_headers::write(sink, signed, &[]),
    }
    canonical_resource::write(sink, request, token_query);
}

fn signature(
    credentials: &Credentials<'_>,
    request: &Request<'_>,
    date_line: &str,
    token: Token<'_>,
) -> Result<impl AsRef<[u8]> + use<>, SignError> {
    let mut mac = hmac_sha1(credentials.secret().as_bytes())?;
    write_string_to_sign(&mut mac, request, date_line, token);
    Ok(mac.finalize().into_bytes())
}

/// Writes an HMAC-SHA1 in base64; its length is known, so nothing is allocated.
fn base64(signature: impl AsRef<[u8]>, place: &mut [u8; SIGNATURE_LEN]) -> &str {
    let len = STANDARD.encode_slice(signature, place).unwrap_or_default();
    std::str::from_utf8(&place[..len]).unwrap_or_default()
}
