//! The client: a base URL, a key, and the way to send a call. The calls are in their own files.

use std::time::Duration;

use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::Serialize;
use strict_http::{ServerUrl, TransportError};

use crate::{ApiError, ApiKey, Call, envelope::Envelope};

/// How long one call may take as a whole. Responses are small; the script that this replaces allows 30 s too.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of the VectCut backend.
#[derive(Debug, Clone)]
pub struct Client {
    http: strict_http::Client,
    base_url: ServerUrl,
    api_key: ApiKey,
}

impl Client {
    /// Returns a client that sends `api_key` to `base_url` and nowhere else.
    ///
    /// `http` never follows a redirect, so the key cannot get to another server.
    pub fn new(http: strict_http::Client, base_url: ServerUrl, api_key: ApiKey) -> Self {
        Self {
            http,
            base_url,
            api_key,
        }
    }

    /// Returns the base URL, without a slash at its end.
    pub fn base_url(&self) -> &ServerUrl {
        &self.base_url
    }

    pub(crate) fn http(&self) -> &strict_http::Client {
        &self.http
    }

    pub(crate) fn api_key(&self) -> &ApiKey {
        &self.api_key
    }

    /// Returns the one-way fingerprint of the API key: what is kept for one account must not be used for another.
    pub fn account(&self) -> String {
        self.api_key.fingerprint()
    }

    /// Sends a call and returns the response, whatever its status.
    pub(crate) async fn post(
        &self,
        call: Call,
        body: &impl Serialize,
    ) -> Result<reqwest::Response, ApiError> {
        let url = format!("{}{}", self.base_url, call.path());
        // Serializing a struct of texts and numbers cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let mut request = self
            .http
            .request(Method::POST, url)
            .timeout(CALL_TIMEOUT)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(authorization) = self.api_key.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.map_err(|error| ApiError::Transport {
            call,
            source: TransportError::new(error),
        })?;
        tracing::debug!(%call, status = response.status().as_u16(), "VectCut responded");
        Ok(response)
    }

    /// Sends a call and returns its successful response.
    pub(crate) async fn call(
        &self,
        call: Call,
        body: &impl Serialize,
    ) -> Result<Envelope, ApiError> {
        let response = self.post(call, body).await?;
        Envelope::read(call, response, &self.api_key).await
    }
}
