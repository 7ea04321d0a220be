//! The query mode of V4: a request whose signature is in its URL.
//!
//! The key that signs is left to [`SigningKey`](super::SigningKey).

use core::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::canonical_query::{self, Value};
use super::canonical_request::{CONTENT_SHA256, Canonical};
use super::scope::Scope;
use super::string_to_sign::{self, ALGORITHM, DATE, checked_date};
use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::decimal::Decimal;
use crate::error::SignError;
use crate::hex::Hex;
use crate::moment::Ascii;
use crate::presigned::Presigned;
use crate::redacted::{CanonicalRequest, StringToSign};
use crate::request::Request;
use crate::timestamp::Timestamp;

/// The longest lifetime of a presigned URL, in seconds: seven days.
pub(super) const EXPIRES_IN_MAX_SECONDS: u64 = 7 * 24 * 3600;
/// The same with a security token: twelve hours.
pub(super) const EXPIRES_IN_MAX_SECONDS_WITH_TOKEN: u64 = 12 * 3600;

/// Returns the canonical request of [`presign`](super::presign), whose SHA-256 stands in the string to sign.
///
/// # Errors
///
/// As for [`presign`](super::presign), except that any secret is accepted.
pub fn presign_canonical_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
    expires_in: Duration,
) -> Result<CanonicalRequest, SignError> {
    let parts = QueryParts::new(request, credentials, scope, time.into(), expires_in)?;
    Ok(parts.with_canonical(|canonical| CanonicalRequest::new(|sink| canonical.write(sink))))
}

/// Returns the text that [`presign`](super::presign) signs.
///
/// # Errors
///
/// As for [`presign`](super::presign), except that any secret is accepted.
pub fn presign_string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
    expires_in: Duration,
) -> Result<StringToSign, SignError> {
    let parts = QueryParts::new(request, credentials, scope, time.into(), expires_in)?;
    let date = &parts.date;
    Ok(parts.with_canonical(|canonical| {
        StringToSign::new(|sink| string_to_sign::write(sink, canonical, date))
    }))
}

/// A checked request that is signed in its URL.
pub(super) struct QueryParts<'a> {
    request: &'a Request<'a>,
    credentials: &'a Credentials<'a>,
    scope: &'a Scope<'a>,
    date: Ascii<16>,
    expires_in: Decimal,
}

impl<'a> QueryParts<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        scope: &'a Scope<'a>,
        time: Timestamp,
        expires_in: Duration,
    ) -> Result<Self, SignError> {
        let reserved = ["authorization", CONTENT_SHA256, DATE, SECURITY_TOKEN];
        let date = checked_date(request, credentials, scope, time, &reserved)?;
        let max_seconds = match credentials.token() {
            Some(_) => EXPIRES_IN_MAX_SECONDS_WITH_TOKEN,
            None => EXPIRES_IN_MAX_SECONDS,
        };
        let seconds = expires_in.as_secs();
        if !(1..=max_seconds).contains(&seconds) {
            return Err(SignError::ExpiresInOutOfRange { max_seconds });
        }
        Ok(Self {
            request,
            credentials,
            scope,
            date,
            expires_in: Decimal::new(seconds),
        })
    }

    pub(super) fn date(&self) -> &Ascii<16> {
        &self.date
    }

    /// Signs with the derived key, which `mac` was started with.
    pub(super) fn sign(&self, mut mac: Hmac<Sha256>) -> Presigned {
        self.with_canonical(|canonical| string_to_sign::write(&mut mac, canonical, &self.date));
        let signature = Hex::new(&mac.finalize().into_bytes().into());
        let added = self.added();
        Presigned::new(|sink| {
            self.request.write_path(sink);
            sink.text("?");
            canonical_query::write(sink, self.request, &added);
            sink.text("&x-oss-signature=");
            sink.text(signature.as_str());
        })
    }

    fn with_canonical<T>(&self, take: impl FnOnce(&Canonical<'_>) -> T) -> T {
        take(&Canonical {
            request: self.request,
            scope: self.scope,
            added_query: &self.added(),
            added_headers: &[],
        })
    }

    /// Returns the parameters of the signature except the signature itself, sorted by name.
    fn added(&self) -> [Option<(&str, Value<'_>)>; 6] {
        let additional = self.scope.additional(self.request).next().is_some();
        let additional = additional.then_some(Value::AdditionalHeaders(self.scope));
        let credential = Value::Credential {
            access_key_id: self.credentials.access_key_id(),
            scope: self.scope,
            day: self.date.day(),
        };
        [
            additional.map(|value| ("x-oss-additional-headers", value)),
            Some(("x-oss-credential", credential)),
            Some((DATE, Value::Text(self.date.as_str()))),
            Some(("x-oss-expires", Value::Text(self.expires_in.as_str()))),
            self.credentials
                .token()
                .map(|token| (SECURITY_TOKEN, Value::Secret(token))),
            Some(("x-oss-signature-version", Value::Text(ALGORITHM))),
        ]
    }
}
