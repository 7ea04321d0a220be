//! An object in parts: initiate, upload part, complete, abort.
//!
//! Under a policy that allows only `oss:PutObject` the first three work and abort does not. A caller keeps the ETags of
//! its parts itself; listing them may be denied, and the vendor advises against building complete's list from it.
//!
//! Source: the vendor's pages on InitiateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload.

use std::{fmt, fmt::Write as _, io};

use bytes::Bytes;
use http_body::Body;
use oss_signer::Request;
use reqwest::{
    Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use strict_http::{ServerText, parsed_header};

use crate::{
    BucketName, Client, Crc64, Error, ObjectKey, Operation, Patience, Signing, StoredObject,
    client::{SMALL_REQUEST_TIMEOUT, whole},
    reply, xml,
};

/// How long complete may take: OSS joins the parts before it answers.
const COMPLETE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(120);

/// What OSS names an upload in parts, from initiate until complete or abort.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadId(String);

impl UploadId {
    /// Wraps an upload ID that was received before.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the upload ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An upload in parts that was initiated.
#[derive(Debug, Clone, Copy)]
pub struct MultipartUpload<'a> {
    /// The bucket.
    pub bucket: &'a BucketName,
    /// The object key.
    pub object_key: &'a ObjectKey,
    /// What initiate returned.
    pub upload_id: &'a UploadId,
}

/// A part that OSS has, as complete names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1 to 10,000; the object is joined in the order of the numbers.
    pub number: u32,
    /// The ETag that the answer to the part had.
    pub etag: ServerText,
}

/// What OSS says of an object that it joined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletedObject {
    /// The CRC-64 of the whole object, when the answer has it.
    pub crc64: Option<Crc64>,
    /// The ETag of the whole object, which is no MD5.
    pub etag: Option<ServerText>,
}

impl Client {
    /// Begins an upload in parts.
    ///
    /// It sends no byte of the file, so it is also the cheap check of credentials, clock and signature.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], [`Error::Refused`], and [`Error::BadReply`] when the answer names no
    /// upload ID.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave an upload without parts behind, which a lifecycle rule of the bucket removes.
    pub async fn initiate_multipart_upload(
        &self,
        bucket: &BucketName,
        object_key: &ObjectKey,
        content_type: &str,
        signing: &Signing<'_>,
    ) -> Result<UploadId, Error> {
        let operation = Operation::InitiateMultipartUpload;
        let request = Request::post(bucket.as_str(), object_key.as_str())
            .query("uploads", "")
            .header("Content-Type", content_type);
        let request = self
            .prepare(Method::POST, bucket, &request, signing)?
            .timeout(SMALL_REQUEST_TIMEOUT)
            .header(CONTENT_TYPE, content_type)
            .header(CONTENT_LENGTH, 0);
        let response = self
            .send(operation, request, Some(&signing.credentials))
            .await?;
        let document = self.document(operation, response).await?;
        xml::children(&document, "InitiateMultipartUploadResult", &["UploadId"])
            .into_iter()
            .map(|(_, text)| UploadId::new(text.trim()))
            .find(|upload_id| !upload_id.as_str().is_empty())
            .ok_or(Error::BadReply {
                operation,
                missing: "UploadId",
            })
    }

    /// Sends one part; the same number again replaces it.
    ///
    /// # Errors
    ///
    /// As [`put_object`](Self::put_object), and [`Error::BadReply`] when the answer has no ETag, without which the part
    /// cannot be completed.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection; OSS keeps the part only if all of it had arrived.
    pub async fn upload_part<B>(
        &self,
        upload: &MultipartUpload<'_>,
        number: u32,
        len_bytes: u64,
        body: B,
        signing: &Signing<'_>,
        patience: Patience,
    ) -> Result<StoredObject, Error>
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static,
    {
        let number = number.to_string();
        let request = Request::put(upload.bucket.as_str(), upload.object_key.as_str())
            .query("partNumber", &number)
            .query("uploadId", upload.upload_id.as_str());
        let request = self.prepare(Method::PUT, upload.bucket, &request, signing)?;
        let stored = self
            .send_body(
                Operation::UploadPart,
                request,
                len_bytes,
                body,
                signing,
                patience,
            )
            .await?;
        match stored.etag {
            Some(_) => Ok(stored),
            None => Err(Error::BadReply {
                operation: Operation::UploadPart,
                missing: "ETag",
            }),
        }
    }

    /// Joins parts into the object; they must be in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], [`Error::Refused`], and [`Error::BadReply`] for an answer that names no ETag
    /// of the whole. A second call after a lost answer gets `NoSuchUpload` when the first one succeeded, and also when
    /// the upload never was.
    ///
    /// # Cancellation
    ///
    /// OSS goes on joining when the caller is gone.
    pub async fn complete_multipart_upload(
        &self,
        upload: &MultipartUpload<'_>,
        parts: &[Part],
        signing: &Signing<'_>,
    ) -> Result<CompletedObject, Error> {
        let operation = Operation::CompleteMultipartUpload;
        let list = part_list(parts);
        let request = Request::post(upload.bucket.as_str(), upload.object_key.as_str())
            .query("uploadId", upload.upload_id.as_str())
            .header("Content-Type", "application/xml");
        let request = self
            .prepare(Method::POST, upload.bucket, &request, signing)?
            .timeout(COMPLETE_TIMEOUT)
            .header(CONTENT_TYPE, "application/xml")
            .body(list);
        let response = self
            .send(operation, request, Some(&signing.credentials))
            .await?;
        let crc64 = parsed_header(response.headers(), "x-oss-hash-crc64ecma").map(Crc64::new);
        let document = self.document(operation, response).await?;
        let etag = xml::children(&document, "CompleteMultipartUploadResult", &["ETag"])
            .pop()
            .and_then(|(_, text)| reply::etag(&text));
        match etag {
            Some(_) => Ok(CompletedObject { crc64, etag }),
            // A proxy's page with status 200, or a document that was cut: nobody says that the parts were joined.
            None => Err(Error::BadReply {
                operation,
                missing: "ETag",
            }),
        }
    }

    /// Gives an upload up, so that its parts are no longer kept.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`] and [`Error::Refused`]; a policy for uploads alone denies it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves it open whether the parts are still there.
    pub async fn abort_multipart_upload(
        &self,
        upload: &MultipartUpload<'_>,
        signing: &Signing<'_>,
    ) -> Result<(), Error> {
        let request = Request::delete(upload.bucket.as_str(), upload.object_key.as_str())
            .query("uploadId", upload.upload_id.as_str());
        let request = self
            .prepare(Method::DELETE, upload.bucket, &request, signing)?
            .timeout(SMALL_REQUEST_TIMEOUT);
        self.send(
            Operation::AbortMultipartUpload,
            request,
            Some(&signing.credentials),
        )
        .await
        .map(drop)
    }

    async fn document(
        &self,
        operation: Operation,
        response: reqwest::Response,
    ) -> Result<Vec<u8>, Error> {
        let broke = |error| Error::Transport {
            operation,
            source: strict_http::TransportError::new(error),
        };
        whole(response).await.map_err(broke)
    }
}

/// The body of complete. Numbers and ETags are written as they came; an ETag is hexadecimal, but is escaped all the same.
fn part_list(parts: &[Part]) -> String {
    let mut list = String::with_capacity(64 + parts.len() * 96);
    list.push_str("<CompleteMultipartUpload>");
    for Part { number, etag } in parts {
        let etag = quick_xml::escape::escape(etag.as_str());
        // Writing to a String cannot fail.
        let _ = write!(
            list,
            "<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>"
        );
    }
    list.push_str("</CompleteMultipartUpload>");
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etag(text: &str) -> ServerText {
        reply::etag(text).expect("an ETag")
    }

    #[test]
    fn the_list_of_parts_is_the_vendors_document() {
        let parts = [
            Part {
                number: 1,
                etag: etag("A1"),
            },
            Part {
                number: 7,
                etag: etag("<&"),
            },
        ];
        assert_eq!(
            part_list(&parts),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"A1\"</ETag></Part>\
             <Part><PartNumber>7</PartNumber><ETag>\"&lt;&amp;\"</ETag></Part></CompleteMultipartUpload>"
        );
    }
}
