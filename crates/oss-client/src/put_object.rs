//! `PUT /key`: sends a body and says what OSS stored.
//!
//! Source: PutObject in the vendor's API reference, and what its SDKs send.

use std::{io, time::Duration};

use bytes::Bytes;
use http_body::Body;
use oss_signer::{Credentials, Request};
use reqwest::{
    Method,
    header::{CONTENT_LENGTH, HeaderMap},
};
use strict_http::{ServerText, parsed_header};

use crate::{
    Client, Crc64, Error, NewObject, Operation, Patience, Signing,
    body::{Watch, Watched},
    client::Prepared,
    clock, document, reply,
};

/// The largest object that one PutObject can store: 5 GB, which the vendor counts in powers of two.
pub const PUT_MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Time to drain a response whose headers were enough. After that a new connection is cheaper.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What OSS stored, next to what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// The CRC-64 of the bytes that were written to the connection.
    pub sent_crc64: Crc64,
    /// The CRC-64 that OSS computed of what it stored, if the response has it. It must equal `sent_crc64`.
    pub crc64: Option<Crc64>,
    /// The ETag without its quotes, if the response has one.
    pub etag: Option<ServerText>,
    /// The request ID.
    pub request_id: Option<ServerText>,
    /// How long OSS delayed the request to limit the load (`x-oss-qos-delay-time`), if it says so.
    pub throttled_for: Option<Duration>,
}

impl Client {
    /// Sends a body of exactly `len_bytes` bytes, 0 to [`PUT_MAX_BYTES`], which is read once from start to end.
    ///
    /// The memory used is that of the chunks that `body` gives. The caller compares the two CRC-64s.
    ///
    /// # Errors
    ///
    /// - [`Error::Sign`]: nothing was sent.
    /// - [`Error::Body`] and [`Error::BodyLength`]: the body failed, and OSS stores nothing.
    /// - [`Error::Transport`]: no response came, perhaps because the request stalled for longer than `patience`. The
    ///   object may or may not be stored.
    /// - [`Error::Refused`]: the response has another status than 2xx.
    /// - [`Error::BadReply`]: the response has neither an ETag nor a request ID, so it is not from OSS but, for instance,
    ///   the page of a captive portal.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection. OSS stores nothing of a body that ended early. If all of it had
    /// arrived, the object is stored.
    pub async fn put_object<B>(
        &self,
        object: &NewObject<'_>,
        len_bytes: u64,
        body: B,
        signing: &Signing<'_>,
        patience: Patience,
    ) -> Result<StoredObject, Error>
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let operation = Operation::PutObject;
        let NewObject {
            bucket, object_key, ..
        } = object;
        let request = object.describe(Request::put(bucket.as_str(), object_key.as_str()));
        let prepared = self.prepare(Method::PUT, bucket, &request, signing)?;
        let stored = self
            .send_body(operation, prepared, len_bytes, body, patience)
            .await?;
        // OSS sends both. One of them is enough: what is stored is proven by the CRC-64.
        if stored.etag.is_none() && stored.request_id.is_none() {
            return Err(Error::BadReply {
                operation,
                missing: "ETag",
            });
        }
        Ok(stored)
    }

    /// Sends a request with a streamed body, and reads what the responses to PutObject and UploadPart have in common.
    pub(crate) async fn send_body<B>(
        &self,
        operation: Operation,
        prepared: Prepared<'_>,
        len_bytes: u64,
        body: B,
        patience: Patience,
    ) -> Result<StoredObject, Error>
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let watch = Watch::new(len_bytes);
        let body = reqwest::Body::wrap(Watched::new(body, watch.clone()));
        let credentials = prepared.credentials();
        let prepared = prepared.with(|http| http.header(CONTENT_LENGTH, len_bytes).body(body));
        let outcome = tokio::select! {
            // First, because a response that has arrived counts, however late it is read.
            biased;
            outcome = self.send(operation, prepared) => outcome,
            () = watch.stalled(patience) => Err(self.timeout(operation)),
        };
        // What the HTTP library calls a broken connection may be the end of the body.
        let response = match (outcome, watch.take_failure()) {
            (Err(Error::Transport { .. }), Some(failure)) => {
                return Err(failure.into_error(len_bytes));
            }
            (outcome, _) => outcome?,
        };
        let stored = stored_object(response.headers(), &watch, credentials);
        // A drained connection can be used again. The object is stored even if this fails.
        let _ = clock::within(DRAIN_TIMEOUT, document::read(response)).await;
        Ok(stored)
    }
}

fn stored_object(
    headers: &HeaderMap,
    watch: &Watch,
    credentials: Option<&Credentials<'_>>,
) -> StoredObject {
    let text = |name| reply::header(headers, name, credentials);
    StoredObject {
        sent_crc64: watch.crc64(),
        crc64: parsed_header(headers, "x-oss-hash-crc64ecma").map(Crc64::new),
        etag: text("etag").and_then(|etag| reply::etag(etag.as_str())),
        request_id: text("x-oss-request-id"),
        throttled_for: parsed_header(headers, "x-oss-qos-delay-time").map(Duration::from_millis),
    }
}
