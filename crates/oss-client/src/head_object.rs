//! `HEAD /key`: what is stored under an object key.

use oss_signer::Request;
use reqwest::{Method, header::CONTENT_LENGTH};
use strict_http::{ServerText, parsed_header};

use crate::{
    BucketName, Client, Crc64, Error, ObjectKey, Operation, Signing, client::SMALL_REQUEST_TIMEOUT,
    reply,
};

/// What OSS says about a stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectInfo {
    /// The length in bytes, if the response has it.
    pub len_bytes: Option<u64>,
    /// The CRC-64, if the response has it.
    pub crc64: Option<Crc64>,
    /// The ETag without its quotes, if the response has one.
    pub etag: Option<ServerText>,
    /// The media type that was given when the object was stored, if the response has it.
    pub content_type: Option<ServerText>,
}

impl Client {
    /// Asks what is stored under an object key.
    ///
    /// Credentials for uploads alone may be denied this.
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
        let request = self.prepare(Method::HEAD, bucket, &request, signing)?;
        let headers = self
            .exchange(Operation::HeadObject, request, SMALL_REQUEST_TIMEOUT)
            .await?
            .headers;
        let text = |name| reply::header(&headers, name, Some(&signing.credentials));
        Ok(ObjectInfo {
            len_bytes: parsed_header(&headers, CONTENT_LENGTH.as_str()),
            crc64: parsed_header(&headers, "x-oss-hash-crc64ecma").map(Crc64::new),
            etag: text("etag").and_then(|etag| reply::etag(etag.as_str())),
            content_type: text("content-type"),
        })
    }
}
