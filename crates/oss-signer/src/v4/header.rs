//! The header mode of V4: a request whose signature is in its headers.
//!
//! The key that signs is left to [`SigningKey`](super::SigningKey).

use alloc::string::String;
use core::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::canonical_request::{CONTENT_SHA256, Canonical, UNSIGNED_PAYLOAD};
use super::scope::Scope;
use super::string_to_sign::{self, ALGORITHM, DATE, checked_date};
use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::hex::Hex;
use crate::moment::Ascii;
use crate::redacted::{CanonicalRequest, StringToSign};
use crate::request::Request;
use crate::sink::{Sink, written};
use crate::timestamp::Timestamp;

/// Returns the canonical request of [`sign`](super::sign), whose SHA-256 stands in the string to sign.
///
/// # Errors
///
/// As for [`sign`](super::sign), except that any secret is accepted.
pub fn canonical_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
) -> Result<CanonicalRequest, SignError> {
    let parts = HeaderParts::new(request, credentials, scope, time.into())?;
    Ok(parts.with_canonical(|canonical| CanonicalRequest::new(|sink| canonical.write(sink))))
}

/// Returns the text that [`sign`](super::sign) signs, to compare with the one in a `SignatureDoesNotMatch` response.
///
/// # Errors
///
/// As for [`sign`](super::sign), except that any secret is accepted.
pub fn string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
) -> Result<StringToSign, SignError> {
    let parts = HeaderParts::new(request, credentials, scope, time.into())?;
    let date = &parts.date;
    Ok(parts.with_canonical(|canonical| {
        StringToSign::new(|sink| string_to_sign::write(sink, canonical, date))
    }))
}

/// The headers that carry a V4 signature.
///
/// `Debug` shows no value: whoever reads them can repeat the request for 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    date: Ascii<16>,
    authorization: String,
    security_token: Option<&'a str>,
}

impl Signed<'_> {
    /// Returns exactly the headers to add, names in lower case: `x-oss-date`, `x-oss-content-sha256`, `authorization` and, with a token, `x-oss-security-token`.
    ///
    /// The last two are secrets. Do not log them, and mark them as secret if the HTTP client can (`HeaderValue::set_sensitive`).
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
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

/// A checked request that is signed in its headers.
pub(super) struct HeaderParts<'a, 'c> {
    request: &'a Request<'a>,
    credentials: &'a Credentials<'c>,
    scope: &'a Scope<'a>,
    date: Ascii<16>,
}

impl<'a, 'c> HeaderParts<'a, 'c> {
    pub(super) fn new(
        request: &'a Request<'a>,
        credentials: &'a Credentials<'c>,
        scope: &'a Scope<'a>,
        time: Timestamp,
    ) -> Result<Self, SignError> {
        let reserved = ["authorization", CONTENT_SHA256, DATE, SECURITY_TOKEN];
        Ok(Self {
            request,
            credentials,
            scope,
            date: checked_date(request, credentials, scope, time, &reserved)?,
        })
    }

    pub(super) fn date(&self) -> &Ascii<16> {
        &self.date
    }

    /// Signs with the derived key, which `mac` was started with.
    pub(super) fn sign(self, mut mac: Hmac<Sha256>) -> Signed<'c> {
        self.with_canonical(|canonical| string_to_sign::write(&mut mac, canonical, &self.date));
        let signature = Hex::new(&mac.finalize().into_bytes().into());
        Signed {
            authorization: written(|sink| self.write_authorization(sink, signature.as_str())),
            date: self.date,
            security_token: self.credentials.token(),
        }
    }

    fn write_authorization(&self, sink: &mut dyn Sink, signature: &str) {
        sink.text(ALGORITHM);
        sink.text(" Credential=");
        sink.text(self.credentials.access_key_id());
        sink.text("/");
        self.scope.write(sink, self.date.day());
        if self.scope.additional(self.request).next().is_some() {
            sink.text(",AdditionalHeaders=");
            self.scope.write_additional(sink, self.request);
        }
        sink.text(",Signature=");
        sink.text(signature);
    }

    fn with_canonical<T>(&self, take: impl FnOnce(&Canonical<'_>) -> T) -> T {
        let token = self.credentials.token();
        let added = [
            (CONTENT_SHA256, UNSIGNED_PAYLOAD),
            (DATE, self.date.as_str()),
            (SECURITY_TOKEN, token.unwrap_or_default()),
        ];
        take(&Canonical {
            request: self.request,
            scope: self.scope,
            added_query: &[],
            added_headers: if token.is_some() { &added } else { &added[..2] },
        })
    }
}
