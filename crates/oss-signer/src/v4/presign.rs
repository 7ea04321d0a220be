//! The query mode of V4: a request whose authorization is in its URL.
//!
//! The signature itself is left to [`SigningKey`](super::SigningKey).

use std::time::{Duration, SystemTime};

use super::canonical_query::{CanonicalQuery, SECURITY_TOKEN};
use super::canonical_request::{Canonical, write_additional_headers};
use super::scope::Scope;
use super::{ALGORITHM, DATE, checked_date, write_string_to_sign};
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::http_date::Ascii;
use crate::presigned::Presigned;
use crate::redacted::{CanonicalRequest, Recorder, StringToSign};
use crate::request::Request;

/// How long a presigned URL may live, in seconds: seven days.
const EXPIRES_IN_MAX_SECONDS: u64 = 7 * 24 * 3600;
/// The same with a security token: twelve hours.
const EXPIRES_IN_MAX_SECONDS_WITH_TOKEN: u64 = 12 * 3600;

/// Returns the canonical request of [`presign`](super::presign), whose SHA-256 stands in the string to sign.
///
/// # Errors
///
/// As for [`presign`](super::presign); the access key secret is not looked at.
pub fn presign_canonical_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
    expires_in: Duration,
) -> Result<CanonicalRequest, SignError> {
    let parts = PresignParts::new(request, credentials, scope, time, expires_in)?;
    let mut text = Recorder::default();
    parts.canonical().write(&mut text);
    Ok(text.into())
}

/// Returns the text that [`presign`](super::presign) signs.
///
/// # Errors
///
/// As for [`presign`](super::presign); the access key secret is not looked at.
pub fn presign_string_to_sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
    expires_in: Duration,
) -> Result<StringToSign, SignError> {
    let parts = PresignParts::new(request, credentials, scope, time, expires_in)?;
    let mut text = Recorder::default();
    write_string_to_sign(&mut text, &parts.canonical(), scope, parts.date());
    Ok(text.into())
}

/// A checked request that is signed in its URL.
pub(super) struct PresignParts<'a> {
    request: &'a Request<'a>,
    scope: &'a Scope<'a>,
    date: Ascii<16>,
    /// Everything that the signature adds to the query but itself, decoded.
    added: Vec<(&'static str, String)>,
    query: CanonicalQuery<'a>,
}

impl<'a> PresignParts<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        credentials: &Credentials<'_>,
        scope: &'a Scope<'a>,
        time: SystemTime,
        expires_in: Duration,
    ) -> Result<Self, SignError> {
        let date = checked_date(request, credentials, scope, time)?;
        let max_seconds = match credentials.token() {
            Some(_) => EXPIRES_IN_MAX_SECONDS_WITH_TOKEN,
            None => EXPIRES_IN_MAX_SECONDS,
        };
        let seconds = expires_in.as_secs();
        if !(1..=max_seconds).contains(&seconds) {
            return Err(SignError::ExpiresInOutOfRange { max_seconds });
        }

        let mut credential = format!("{}/", credentials.access_key_id());
        scope.write(&mut credential, date.day());
        let mut additional_headers = String::new();
        write_additional_headers(&mut additional_headers, scope, request);
        let mut added = vec![
            ("x-oss-signature-version", ALGORITHM.to_owned()),
            ("x-oss-credential", credential),
            (DATE, date.as_str().to_owned()),
            ("x-oss-expires", seconds.to_string()),
        ];
        if !additional_headers.is_empty() {
            added.push(("x-oss-additional-headers", additional_headers));
        }
        if let Some(token) = credentials.token() {
            added.push((SECURITY_TOKEN, token.to_owned()));
        }
        let query = CanonicalQuery::new(request, &added);
        Ok(Self {
            request,
            scope,
            date,
            added,
            query,
        })
    }

    pub(super) fn date(&self) -> &Ascii<16> {
        &self.date
    }

    pub(super) fn canonical(&self) -> Canonical<'_> {
        Canonical {
            request: self.request,
            scope: self.scope,
            query: &self.query,
            added: Vec::new(),
        }
    }

    /// Puts the URL together.
    pub(super) fn presigned(self, signature: &str) -> Presigned {
        let mut path_and_query = self.request.path();
        path_and_query.push('?');
        self.query.write(&mut path_and_query);
        path_and_query.push_str("&x-oss-signature=");
        path_and_query.push_str(signature);

        let given = self.request.query_pairs().iter();
        let given = given.map(|&(name, value)| (name.to_owned(), value.to_owned()));
        let added = self.added.into_iter();
        let query = given
            .chain(added.map(|(name, value)| (name.to_owned(), value)))
            .chain([("x-oss-signature".to_owned(), signature.to_owned())])
            .collect();
        Presigned::new(path_and_query, query)
    }
}
