//! The client: an endpoint, and the ways to send a signed request. The operations are in their own files.

use std::time::Duration;

use bytes::Bytes;
use oss_signer::{Credentials, Request, v1, v4};
use reqwest::{
    Method, RequestBuilder, Response,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use strict_http::{ServerText, TransportError};
use zeroize::Zeroizing;

use crate::{
    BucketName, Endpoint, Error, ErrorReply, Operation, clock,
    document::{self, Document},
    reply,
    signing::{Signature, Signed, Signing},
};

/// How long a request without a body of ours may take as a whole, its response included.
pub(crate) const SMALL_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one OSS endpoint. It keeps connections, and neither credentials nor any other state.
#[derive(Debug, Clone)]
pub struct Client {
    http: strict_http::Client,
    endpoint: Endpoint,
}

/// A request that is ready but for its body.
pub(crate) struct Prepared<'a> {
    pub(crate) http: RequestBuilder,
    /// What was signed; `None` when the URL was signed by somebody else.
    pub(crate) signed: Option<Signed<'a>>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn credentials(&self) -> Option<&'a Credentials<'a>> {
        self.signed.map(|signed| &signed.signing.credentials)
    }

    /// Changes what the HTTP library sends, such as its body.
    pub(crate) fn with(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.http = change(self.http);
        self
    }
}

/// A whole response with status 2xx.
pub(crate) struct Reply {
    pub(crate) headers: HeaderMap,
    pub(crate) document: Vec<u8>,
}

impl Client {
    /// Returns a client of `endpoint`.
    ///
    /// `http` never follows a redirect, so neither a signature nor a security token gets to another host.
    pub fn new(http: strict_http::Client, endpoint: Endpoint) -> Self {
        Self { http, endpoint }
    }

    /// Returns the endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Signs a request. What is signed is sent: the headers of `request`, too. Only the body is missing then.
    pub(crate) fn prepare<'a>(
        &self,
        method: Method,
        bucket: &BucketName,
        request: &'a Request<'a>,
        signing: &'a Signing<'a>,
    ) -> Result<Prepared<'a>, Error> {
        let product = self.endpoint.product();
        let signed = match &signing.signature {
            Signature::V1 => v1::sign(request, &signing.credentials, signing.time)
                .map(|signed| sensitive(signed.headers())),
            Signature::V4 { region } => v4::sign(
                request,
                &signing.credentials,
                &v4::Scope::new(region).product(product),
                signing.time,
            )
            .map(|signed| sensitive(signed.headers())),
        }
        .map_err(|source| Error::Sign { source })?;
        let url = request.url(&self.endpoint.origin(bucket));
        let http = self.http.request(method, url);
        // As bytes: OSS allows UTF-8 in the values of `x-oss-meta-…`.
        let http = request.headers().fold(http, |http, (name, value)| {
            http.header(name, value.as_bytes())
        });
        Ok(Prepared {
            http: http.headers(signed),
            signed: Some(Signed {
                request,
                signing,
                product,
            }),
        })
    }

    /// Sends a request and returns the response, of which the headers are read, when its status is 2xx.
    ///
    /// It has no time limit.
    pub(crate) async fn send(
        &self,
        operation: Operation,
        prepared: Prepared<'_>,
    ) -> Result<Response, Error> {
        let credentials = prepared.credentials();
        let Prepared { http, signed } = prepared;
        let response = http
            .send()
            .await
            .map_err(|error| transport(operation, error))?;
        let status = response.status();
        let request_id = reply::header(response.headers(), "x-oss-request-id", credentials);
        let request_id = request_id.as_ref().map_or("", ServerText::as_str);
        tracing::debug!(%operation, status = status.as_u16(), request_id, "OSS responded");
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        // A document that breaks off may still have the code, and there is a status anyway.
        let Document { bytes, .. } = document::read(response).await;
        let reply = ErrorReply::parse(status.as_u16(), &headers, &bytes, signed);
        Err(Error::Refused {
            operation,
            reply: Box::new(reply),
        })
    }

    /// Sends a small request and reads its whole response, all within `limit`.
    pub(crate) async fn exchange(
        &self,
        operation: Operation,
        prepared: Prepared<'_>,
        limit: Duration,
    ) -> Result<Reply, Error> {
        let exchange = async {
            let response = self.send(operation, prepared).await?;
            let headers = response.headers().clone();
            match document::read(response).await {
                Document {
                    broken: Some(error),
                    ..
                } => Err(transport(operation, error)),
                Document { bytes, .. } => Ok(Reply {
                    headers,
                    document: bytes,
                }),
            }
        };
        let reply = clock::within(limit, exchange).await;
        reply.unwrap_or_else(|| Err(self.timeout(operation)))
    }

    /// Returns the error of a request to this endpoint that took too long.
    pub(crate) fn timeout(&self, operation: Operation) -> Error {
        Error::Transport {
            operation,
            source: TransportError::timeout(self.endpoint.server().host()),
        }
    }

    pub(crate) fn http(&self) -> &strict_http::Client {
        &self.http
    }
}

fn transport(operation: Operation, error: reqwest::Error) -> Error {
    Error::Transport {
        operation,
        source: TransportError::new(error),
    }
}

/// Makes header values that no log of the HTTP library shows, and whose memory is overwritten when they are dropped.
fn sensitive<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let value = |text: &str| {
        let owned = Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec()));
        let mut value = HeaderValue::from_maybe_shared(owned).ok()?;
        value.set_sensitive(true);
        Some(value)
    };
    headers
        .filter_map(|(name, text)| Some((HeaderName::try_from(name).ok()?, value(text)?)))
        .collect()
}
