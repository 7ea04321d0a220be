//! `PUT /key`: sends a body and says what OSS stored.
//!
//! Source: PutObject in the vendor's API reference, and what its SDKs send.

use std::{io, time::Duration};

use bytes::Bytes;
use http_body::Body;
use oss_signer::Request;
use reqwest::{
    Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use strict_http::{ServerText, TransportError, parsed_header};

use crate::{
    BucketName, Client, Crc64, Error, ObjectKey, Operation, Patience, Signing,
    body::{BodyFailure, Watch, Watched},
    client::whole,
    reply,
};

/// The largest object that one PutObject can store: 5 GB, which the vendor counts in powers of two.
pub const PUT_MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// How long the rest of an answer may take whose head said all; a new connection is cheaper than a longer wait.
const END_OF_ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// Where a body goes and what it is.
#[derive(Debug, Clone, Copy)]
pub struct PutObject<'a> {
    /// The bucket.
    pub bucket: &'a BucketName,
    /// The object key; an object that is there already is replaced.
    pub object_key: &'a ObjectKey,
    /// The media type, which OSS stores and later answers with.
    pub content_type: &'a str,
    /// The exact length of the body in bytes; 0 is fine.
    pub len_bytes: u64,
}

/// What OSS says that it stored, beside what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// The CRC-64 of the bytes that were handed to the connection.
    pub sent_crc64: Crc64,
    /// The CRC-64 that OSS computed of what it stored. It must equal the other; `None` when the answer has none.
    pub crc64: Option<Crc64>,
    /// The ETag without its quotes.
    pub etag: Option<ServerText>,
    /// The request ID.
    pub request_id: Option<ServerText>,
    /// How long OSS slowed the request down because too much is going on (`x-oss-qos-delay-time`), when it says so.
    pub throttled_for: Option<Duration>,
}

impl Client {
    /// Sends a body, which is read once, from its start to its end.
    ///
    /// The memory used is that of the chunks that `body` gives.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`] before anything is sent; [`Error::Body`] and [`Error::BodyLength`] when the body fails, and OSS
    /// stores nothing then; [`Error::Transport`] when no answer came, also because nothing moved for longer than
    /// `patience`, and then it is open whether the object is stored; [`Error::Refused`] when OSS answered no.
    /// Whether the two CRC-64s are equal is for the caller to see.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection. OSS stores nothing of a body that ended early; if all of it had
    /// arrived, the object is stored.
    pub async fn put_object<B>(
        &self,
        put: &PutObject<'_>,
        body: B,
        signing: &Signing<'_>,
        patience: Patience,
    ) -> Result<StoredObject, Error>
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let request = Request::put(put.bucket.as_str(), put.object_key.as_str())
            .header("Content-Type", put.content_type);
        let prepared = self
            .prepare(Method::PUT, put.bucket, &request, signing)?
            .header(CONTENT_TYPE, put.content_type);
        self.send_body(
            Operation::PutObject,
            prepared,
            put.len_bytes,
            body,
            signing,
            patience,
        )
        .await
    }

    /// Sends a request with a streamed body, and reads what an answer to PutObject and to UploadPart has in common.
    pub(crate) async fn send_body<B>(
        &self,
        operation: Operation,
        request: reqwest::RequestBuilder,
        len_bytes: u64,
        body: B,
        signing: &Signing<'_>,
        patience: Patience,
    ) -> Result<StoredObject, Error>
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let watch = Watch::new(len_bytes);
        let request = request
            .header(CONTENT_LENGTH, len_bytes)
            .body(reqwest::Body::wrap(Watched::new(body, watch.clone())));
        let outcome = tokio::select! {
            outcome = self.send(operation, request, Some(&signing.credentials)) => outcome,
            () = watch.stalled(patience) => {
                let host = self.endpoint().server().host();
                Err(Error::Transport { operation, source: TransportError::timeout(host) })
            }
        };
        // What the HTTP library calls a broken connection may have been the body's own end.
        let response = match (outcome, watch.take_failure()) {
            (Err(Error::Transport { .. }), Some(BodyFailure::Read(source))) => {
                return Err(Error::Body { source });
            }
            (Err(Error::Transport { .. }), Some(BodyFailure::Length { given_bytes })) => {
                return Err(Error::BodyLength {
                    announced_bytes: len_bytes,
                    given_bytes,
                });
            }
            (outcome, _) => outcome?,
        };
        let headers = response.headers();
        let text = |name| reply::header(headers, name, Some(&signing.credentials));
        let stored = StoredObject {
            sent_crc64: watch.crc64(),
            crc64: parsed_header(headers, "x-oss-hash-crc64ecma").map(Crc64::new),
            etag: text("etag").and_then(|etag| reply::etag(etag.as_str())),
            request_id: text("x-oss-request-id"),
            throttled_for: parsed_header(headers, "x-oss-qos-delay-time")
                .map(Duration::from_millis),
        };
        // Read to its end, the connection can be used again; if that fails, the object is stored all the same.
        let _ = tokio::time::timeout(END_OF_ANSWER_TIMEOUT, whole(response)).await;
        Ok(stored)
    }
}
