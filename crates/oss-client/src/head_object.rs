//! `HEAD /key`: what is stored under an object key.

use oss_signer::Request;
use reqwest::{Method, header::CONTENT_LENGTH};
use strict_http::{ServerText, parsed_header};

use crate::{
    BucketName, Client, Crc64, Error, ObjectKey, Operation, Signing, client::SMALL_REQUEST_TIMEOUT,
    reply,
};

/// What OSS says of a stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectInfo {
    /// The length in bytes, when the answer has it.
    pub len_bytes: Option<u64>,
    /// The CRC-64, when the answer has it.
    pub crc64: Option<Crc64>,
    /// The ETag without its quotes.
    pub etag: Option<ServerText>,
    /// The media type that was given when the object was stored.
    pub content_type: Option<ServerText>,
}

impl Client {
    /// Asks what is stored under an object key.
    ///
    /// *Assumed*: the credentials of an upload ticket may be denied this.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], and [`Error::Refused`] with status 404 when there is no such object.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn head_object(
        &self,
        bucket: &BucketName,
        object_key: &ObjectKey,
        signing: &Signing<'_>,
    ) -> Result<ObjectInfo, Error> {
        let request = Request::head(bucket.as_str(), object_key.as_str());
        let request = self
            .prepare(Method::HEAD, bucket, &request, signing)?
            .timeout(SMALL_REQUEST_TIMEOUT);
        let response = self
            .send(Operation::HeadObject, request, Some(&signing.credentials))
            .await?;
        let headers = response.headers();
        let text = |name| reply::header(headers, name, Some(&signing.credentials));
        Ok(ObjectInfo {
            // Not `Response::content_length`, which is the length of the body that a response to HEAD does not have.
            len_bytes: parsed_header(headers, CONTENT_LENGTH.as_str()),
            crc64: parsed_header(headers, "x-oss-hash-crc64ecma").map(Crc64::new),
            etag: text("etag").and_then(|etag| reply::etag(etag.as_str())),
            content_type: text("content-type"),
        })
    }
}
