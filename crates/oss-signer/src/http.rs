//! Signs the head of a request of the `http` crate. Needs the feature `http`.
//!
//! This is the way for hyper, reqwest (`TryFrom<http::Request>`), ureq (`Agent::run`) and every other client of those types.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::{Credentials, http::{Addressing, sign_parts_v1}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let request = http::Request::put("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/clip.mp4")
//!     .header("content-type", "video/mp4")
//!     .body(())?;
//! let (mut parts, body) = request.into_parts();
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
//!
//! sign_parts_v1(&mut parts, Addressing::Host("examplebucket"), &credentials, time)?;
//! assert_eq!(parts.headers["date"], "Thu, 01 Jan 2026 01:02:03 GMT");
//! assert!(parts.headers["authorization"].is_sensitive());
//! let signed = http::Request::from_parts(parts, body);
//! # Ok(())
//! # }
//! ```

use alloc::borrow::Cow;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ::http::header::HeaderName;
use ::http::request::Parts;
use ::http::uri::PathAndQuery;
use ::http::{HeaderValue, Uri};

use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::header::is_read;
use crate::percent::decode;
use crate::request::{Request, Resource};
use crate::timestamp::Timestamp;
use crate::v4::Scope;
use crate::{v1, v4};

/// Where a request names its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Addressing<'a> {
    /// The host belongs to this bucket: `bucket.endpoint`, or a custom domain. The path is the object key.
    Host(&'a str),
    /// The first segment of the path is the bucket.
    Path,
}

/// Why the head of a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignPartsError {
    /// The path or the query is not percent-encoded UTF-8.
    Encoding,
    /// The value of a header that is signed is not UTF-8.
    HeaderValue {
        /// The header's name.
        name: String,
    },
    /// The request cannot be signed.
    Sign(SignError),
}

impl fmt::Display for SignPartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("path or query is not percent-encoded UTF-8"),
            Self::HeaderValue { name } => write!(f, "header `{name}` is not UTF-8"),
            Self::Sign(_) => f.write_str("request cannot be signed"),
        }
    }
}

impl core::error::Error for SignPartsError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Sign(error) => Some(error),
            Self::Encoding | Self::HeaderValue { .. } => None,
        }
    }
}

/// Signs with V1, and adds the headers of the signature.
///
/// Sign last: a header or a query parameter that is added afterwards may break the signature.
/// Headers of an earlier signature are replaced, so a retry can sign the same head again.
/// A head with an `x-oss-date` in the form of `Date` gets the new time there, and no `Date`: browsers cannot send that.
/// Headers that are not signed may have any value, and may be repeated.
/// A `+` in the query is a space, as in a form, and is sent as `%20`, which everybody reads as one.
///
/// # Errors
///
/// [`SignPartsError`]; the head is then as it was, without the headers of an earlier signature.
pub fn sign_parts_v1(
    parts: &mut Parts,
    addressing: Addressing<'_>,
    credentials: &Credentials<'_>,
    time: impl Into<Timestamp>,
) -> Result<(), SignPartsError> {
    let time = time.into();
    let has_oss_date = parts.headers.get(OSS_DATE).is_some_and(is_http_date);
    remove_signature(parts);
    parts.headers.remove(DATE);
    spell_spaces(parts);
    let head = Head::read(parts, addressing, is_read)?;
    let date = has_oss_date.then(|| time.moment(Field::Time));
    let date = date.transpose().map_err(SignPartsError::Sign)?;
    let date = date.map(|moment| moment.http_date());
    let mut request = head.request();
    if let Some(date) = &date {
        request = request.header(OSS_DATE, date.as_str());
    }
    let signed = v1::sign(&request, credentials, time).map_err(SignPartsError::Sign)?;
    let date = date.as_ref().map(|date| (OSS_DATE, date.as_str()));
    let headers = sensitive(signed.headers().chain(date));
    parts.headers.extend(headers);
    Ok(())
}

/// Signs with V4, and adds the headers of the signature.
///
/// Otherwise as [`sign_parts_v1`], except that the time is always in `x-oss-date`.
/// The header `Host` is not signed; V4 does not require it.
///
/// # Errors
///
/// As for [`sign_parts_v1`].
pub fn sign_parts_v4(
    parts: &mut Parts,
    addressing: Addressing<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
) -> Result<(), SignPartsError> {
    remove_signature(parts);
    if !scope.signs(DATE) {
        parts.headers.remove(DATE);
    }
    spell_spaces(parts);
    let head = Head::read(parts, addressing, |name| is_read(name) || scope.signs(name))?;
    let signed = v4::sign(&head.request(), credentials, scope, time);
    let headers = sensitive(signed.map_err(SignPartsError::Sign)?.headers());
    parts.headers.extend(headers);
    Ok(())
}

const DATE: &str = "date";
const OSS_DATE: &str = "x-oss-date";

/// Tells the form of `Date`, which V1 takes, from that of V4.
fn is_http_date(value: &HeaderValue) -> bool {
    value.as_bytes().ends_with(b" GMT")
}

fn remove_signature(parts: &mut Parts) {
    for name in [
        "authorization",
        OSS_DATE,
        "x-oss-content-sha256",
        "x-oss-security-token",
    ] {
        parts.headers.remove(name);
    }
}

fn spell_spaces(parts: &mut Parts) {
    let query = parts.uri.query().filter(|query| query.contains('+'));
    let Some(query) = query else {
        return;
    };
    let path = parts.uri.path();
    let spelled = format!("{path}?{}", query.replace('+', "%20"));
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = PathAndQuery::try_from(spelled).ok();
    // A `+` can be replaced in every URI, so this is always one.
    if let Ok(uri) = Uri::from_parts(uri) {
        parts.uri = uri;
    }
}

/// The parts of a head that are signed, decoded.
struct Head<'a> {
    method: &'a str,
    bucket: Cow<'a, str>,
    object_key: Cow<'a, str>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Head<'a> {
    /// `is_needed` tells which headers a signature reads; the others are left out.
    fn read(
        parts: &'a Parts,
        addressing: Addressing<'a>,
        is_needed: impl Fn(&str) -> bool,
    ) -> Result<Self, SignPartsError> {
        let text = |encoded| decode(encoded).ok_or(SignPartsError::Encoding);
        let path = parts.uri.path().strip_prefix('/').unwrap_or_default();
        let (bucket, key) = match addressing {
            Addressing::Host(bucket) => (Cow::Borrowed(bucket), path),
            Addressing::Path => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (text(bucket)?, key)
            }
        };
        let query = parts.uri.query().unwrap_or_default().split('&');
        let query = query.filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((text(name)?, text(value)?))
        });
        let headers = parts.headers.iter();
        let headers = headers.filter(|(name, _)| is_needed(name.as_str()));
        let headers = headers.map(|(name, value)| {
            let value = core::str::from_utf8(value.as_bytes());
            let value = value.map_err(|_| SignPartsError::HeaderValue {
                name: name.as_str().to_owned(),
            })?;
            Ok((name.as_str(), value))
        });
        Ok(Self {
            method: parts.method.as_str(),
            bucket,
            object_key: text(key)?,
            query: query.collect::<Result<_, SignPartsError>>()?,
            headers: headers.collect::<Result<_, SignPartsError>>()?,
        })
    }

    fn request(&self) -> Request<'_> {
        let (bucket, object_key) = (&*self.bucket, &*self.object_key);
        let resource = match (bucket, object_key) {
            ("", _) => Resource::Service,
            (_, "") => Resource::Bucket { bucket },
            _ => Resource::Object { bucket, object_key },
        };
        let mut request = Request::new(self.method, resource);
        for (name, value) in &self.query {
            request = request.query(name, &**value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, *value);
        }
        request
    }
}

/// Returns the headers of a signature, the secret ones marked as such.
fn sensitive<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(HeaderName, HeaderValue)> {
    let headers = headers.filter_map(|(name, value)| {
        // Signing has checked that every value can be sent.
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(matches!(name, "authorization" | "x-oss-security-token"));
        Some((HeaderName::try_from(name).ok()?, value))
    });
    headers.collect()
}
