//! Opens a connection before there is anything to send over it.

use std::time::Duration;

use crate::{BucketName, Client};

/// A connection that takes longer is no gain.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// Connects to a bucket's host, so that the next request to it saves the round trips of TCP and TLS.
    ///
    /// It sends `HEAD /` without a signature, whose answer does not matter; nor does a failure, which the next request
    /// meets by itself.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn connect_ahead(&self, bucket: &BucketName) {
        let outcome = self
            .http()
            .head(self.endpoint().origin(bucket))
            .timeout(TIMEOUT)
            .send()
            .await;
        tracing::debug!(connected = outcome.is_ok(), "connected ahead");
    }
}
