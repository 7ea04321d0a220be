//! `HEAD /key`: what is stored under an object key.

use oss_signer::Request;
use reqwest::{Method, header::CONTENT_LENGTH};

use crate::{
    BucketName, Client, Crc64, Error, ObjectKey, Operation, Signing,
    client::{SMALL_REQUEST_TIMEOUT, header},
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
    pub etag: Option<String>,
    /// The media type that was given when the object was stored.
    pub content_type: Option<String>,
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
        Ok(ObjectInfo {
            // Not `Response::content_length`, which speaks of the body that an answer to HEAD does not have.
            len_bytes: header(&response, CONTENT_LENGTH.as_str())
                .and_then(|text| text.parse().ok()),
            crc64: header(&response, "x-oss-hash-crc64ecma").and_then(Crc64::parse),
            etag: header(&response, "etag").map(|etag| etag.trim_matches('"').to_owned()),
            content_type: header(&response, "content-type").map(str::to_owned),
        })
    }
}
