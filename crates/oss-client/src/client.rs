//! The client: an endpoint and one way to send a signed request. The operations are in their own files.

use std::time::{Duration, SystemTime};

use oss_signer::{Credentials, Request, v1, v4};
use reqwest::{
    Method, Response,
    header::{HeaderName, HeaderValue},
};
use strict_http::{ServerText, TransportError};

use crate::{BucketName, Endpoint, Error, ErrorReply, Operation, reply};

/// How long a request without a body of ours may take as a whole, its answer included.
pub(crate) const SMALL_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The documents of OSS that are read here have about a kilobyte, more when they repeat a token.
pub(crate) const DOCUMENT_MAX_BYTES: usize = 64 * 1024;

/// Which signature to make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// HMAC-SHA1, which OSS is withdrawing.
    V1,
    /// HMAC-SHA256, which needs the region.
    V4 {
        /// The region, such as `cn-hangzhou`, without the prefix `oss-`.
        region: String,
    },
}

/// What a request is signed with.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// Who signs.
    pub credentials: Credentials<'a>,
    /// How.
    pub signature: Signature,
    /// The moment of sending; OSS allows 15 minutes of difference from its own clock.
    pub time: SystemTime,
}

/// A client of one OSS endpoint. It has no clock, no credentials and no state but its connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
}

impl Client {
    /// Returns a client of `endpoint`.
    ///
    /// `http` should come from [`strict_http::client`]: it never follows a redirect, and finds names under `localhost`.
    pub fn new(http: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { http, endpoint }
    }

    /// Returns the endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Signs a request and makes it ready to send; what is missing is the body.
    pub(crate) fn prepare(
        &self,
        method: Method,
        bucket: &BucketName,
        request: &Request<'_>,
        signing: &Signing<'_>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let signed = match &signing.signature {
            Signature::V1 => v1::sign(request, &signing.credentials, signing.time)
                .map(|signed| own(signed.headers())),
            Signature::V4 { region } => v4::sign(
                request,
                &signing.credentials,
                &v4::Scope::new(region),
                signing.time,
            )
            .map(|signed| own(signed.headers())),
        }
        .map_err(|source| Error::Sign { source })?;

        let mut builder = self
            .http
            .request(method, request.url(&self.endpoint.origin(bucket)));
        for (name, value) in signed {
            builder = builder.header(name, value);
        }
        Ok(builder)
    }

    /// Sends a request and returns the answer when its status is 2xx.
    pub(crate) async fn send(
        &self,
        operation: Operation,
        request: reqwest::RequestBuilder,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<Response, Error> {
        let response = request.send().await.map_err(|error| Error::Transport {
            operation,
            source: TransportError::new(error),
        })?;
        let status = response.status();
        let request_id = reply::header(response.headers(), "x-oss-request-id", credentials);
        let request_id = request_id.as_ref().map_or("", ServerText::as_str);
        tracing::debug!(%operation, status = status.as_u16(), request_id, "OSS responded");
        if status.is_success() {
            return Ok(response);
        }
        let reply = Box::new(ErrorReply::read(response, credentials).await);
        Err(Error::Refused { operation, reply })
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

/// Signed headers as HTTP values, marked sensitive so that no log of the HTTP library shows them.
fn own<'a>(
    headers: impl Iterator<Item = (&'static str, &'a str)>,
) -> Vec<(HeaderName, HeaderValue)> {
    headers
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        })
        .collect()
}

/// Reads an answer to its end, or as far as an answer of OSS can go: what is longer is something else's.
pub(crate) async fn whole(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut document = Vec::new();
    while document.len() < DOCUMENT_MAX_BYTES
        && let Some(chunk) = response.chunk().await?
    {
        document.extend_from_slice(&chunk);
    }
    Ok(document)
}
