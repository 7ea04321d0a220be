//! Opens a connection before there is anything to send over it.

use std::time::Duration;

use reqwest::Method;

use crate::{BucketName, Client, clock};

/// A connection that takes longer is no gain.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// Connects to a bucket's host, so that the next request to it saves the round trips of TCP and TLS.
    ///
    /// It sends `HEAD /` without a signature and ignores the response (assumption A10). It ignores a failure too: the
    /// next request meets the same one and reports it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn connect_ahead(&self, bucket: &BucketName) {
        let origin = self.endpoint().origin(bucket);
        let request = self.http().request(Method::HEAD, origin).send();
        let connected = matches!(clock::within(TIMEOUT, request).await, Some(Ok(_)));
        tracing::debug!(connected, "connected ahead");
    }
}
