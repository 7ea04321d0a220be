//! An object in parts: initiate, upload part, complete, abort.
//!
//! Under a policy that allows only `oss:PutObject` the first three work and abort does not. The caller keeps the ETags of
//! its parts: listing them may be denied, and the vendor advises against building the list for complete from it.
//!
//! Source: the vendor's pages on InitiateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload.

use std::{fmt, fmt::Write as _, io};

use bytes::Bytes;
use http_body::Body;
use oss_signer::Request;
use reqwest::{Method, header::CONTENT_LENGTH};
use strict_http::{ServerText, parsed_header};

use crate::{
    BucketName, Client, Crc64, Error, NewObject, ObjectKey, Operation, Patience, Signing,
    StoredObject, client::SMALL_REQUEST_TIMEOUT, reply, xml,
};

/// How long complete may take: OSS joins the parts before it responds.
const COMPLETE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(120);

/// The longest upload ID that is accepted.
const UPLOAD_ID_MAX_BYTES: usize = 256;

/// The name that OSS gives an upload in parts, valid from initiate until complete or abort.
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

    /// Returns whether it can stand in a URL and on a screen; those of OSS have 32 hexadecimal digits.
    fn is_sound(&self) -> bool {
        (1..=UPLOAD_ID_MAX_BYTES).contains(&self.0.len())
            && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An initiated upload in parts.
#[derive(Debug, Clone, Copy)]
pub struct MultipartUpload<'a> {
    bucket: &'a BucketName,
    object_key: &'a ObjectKey,
    upload_id: &'a UploadId,
}

impl<'a> MultipartUpload<'a> {
    /// Returns the upload to which initiate gave this ID.
    pub fn new(bucket: &'a BucketName, object_key: &'a ObjectKey, upload_id: &'a UploadId) -> Self {
        Self {
            bucket,
            object_key,
            upload_id,
        }
    }
}

/// A part that OSS has, as complete lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    number: u32,
    etag: ServerText,
}

impl Part {
    /// Returns the part of this number, from 1 to 10,000, and the ETag from the response to it. OSS joins the parts in the
    /// order of their numbers.
    pub fn new(number: u32, etag: ServerText) -> Self {
        Self { number, etag }
    }
}

/// What OSS says about an object that it joined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletedObject {
    /// The CRC-64 of the whole object, if the response has it.
    pub crc64: Option<Crc64>,
    /// The ETag of the whole object, which is not an MD5.
    pub etag: Option<ServerText>,
}

impl Client {
    /// Initiates an upload in parts.
    ///
    /// It sends no byte of the file, so it is also a cheap check of credentials, clock and signature.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], [`Error::Refused`], and [`Error::BadReply`] when the response has no upload
    /// ID.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave an upload without parts on the server, which a lifecycle rule of the bucket removes.
    pub async fn initiate_multipart_upload(
        &self,
        object: &NewObject<'_>,
        signing: &Signing<'_>,
    ) -> Result<UploadId, Error> {
        let operation = Operation::InitiateMultipartUpload;
        let NewObject {
            bucket, object_key, ..
        } = object;
        let request = Request::post(bucket.as_str(), object_key.as_str()).query("uploads", "");
        let request = object.describe(request);
        let request = self
            .prepare(Method::POST, bucket, &request, signing)?
            .with(|http| http.header(CONTENT_LENGTH, 0));
        let reply = self
            .exchange(operation, request, SMALL_REQUEST_TIMEOUT)
            .await?;
        xml::children(
            &reply.document,
            "InitiateMultipartUploadResult",
            &["UploadId"],
        )
        .pop()
        .map(|(_, text)| UploadId::new(text.trim()))
        .filter(UploadId::is_sound)
        .ok_or(Error::BadReply {
            operation,
            missing: "UploadId",
        })
    }

    /// Sends one part. A part with the same number is replaced.
    ///
    /// # Errors
    ///
    /// As [`put_object`](Self::put_object), and [`Error::BadReply`] when the response has no ETag, which complete needs.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection. OSS keeps the part only if all of it had arrived.
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
            .send_body(Operation::UploadPart, request, len_bytes, body, patience)
            .await?;
        match stored.etag {
            Some(_) => Ok(stored),
            None => Err(Error::BadReply {
                operation: Operation::UploadPart,
                missing: "ETag",
            }),
        }
    }

    /// Joins the parts into the object. They must be in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], [`Error::Refused`], and [`Error::BadReply`] for a response without the ETag
    /// of the whole, such as the page of a proxy.
    /// When the response is lost, a second call gets `NoSuchUpload`, both when the first one succeeded and when the upload
    /// never existed.
    ///
    /// # Cancellation
    ///
    /// OSS continues to join after the future is dropped.
    pub async fn complete_multipart_upload(
        &self,
        upload: &MultipartUpload<'_>,
        parts: &[Part],
        signing: &Signing<'_>,
    ) -> Result<CompletedObject, Error> {
        let operation = Operation::CompleteMultipartUpload;
        let request = Request::post(upload.bucket.as_str(), upload.object_key.as_str())
            .query("uploadId", upload.upload_id.as_str())
            .header("Content-Type", "application/xml");
        let request = self
            .prepare(Method::POST, upload.bucket, &request, signing)?
            .with(|http| http.body(part_list(parts)));
        let reply = self.exchange(operation, request, COMPLETE_TIMEOUT).await?;
        let etag = xml::children(&reply.document, "CompleteMultipartUploadResult", &["ETag"])
            .pop()
            .and_then(|(_, text)| reply::etag(&text));
        match etag {
            Some(_) => Ok(CompletedObject {
                crc64: parsed_header(&reply.headers, "x-oss-hash-crc64ecma").map(Crc64::new),
                etag,
            }),
            // Without the ETag nothing proves that the parts were joined.
            None => Err(Error::BadReply {
                operation,
                missing: "ETag",
            }),
        }
    }

    /// Aborts an upload, so that OSS deletes its parts.
    ///
    /// Parts that are still being sent may stay; stop sending them first.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`] and [`Error::Refused`]. A policy for uploads alone denies it.
    ///
    /// # Cancellation
    ///
    /// After the future is dropped, the parts may or may not exist.
    pub async fn abort_multipart_upload(
        &self,
        upload: &MultipartUpload<'_>,
        signing: &Signing<'_>,
    ) -> Result<(), Error> {
        let operation = Operation::AbortMultipartUpload;
        let request = Request::delete(upload.bucket.as_str(), upload.object_key.as_str())
            .query("uploadId", upload.upload_id.as_str());
        let request = self.prepare(Method::DELETE, upload.bucket, &request, signing)?;
        self.exchange(operation, request, SMALL_REQUEST_TIMEOUT)
            .await
            .map(drop)
    }
}

/// The body of complete. An ETag is hexadecimal, but the server wrote it, so it is escaped.
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
        let parts = [Part::new(1, etag("A1")), Part::new(7, etag("<&"))];
        assert_eq!(
            part_list(&parts),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"A1\"</ETag></Part>\
             <Part><PartNumber>7</PartNumber><ETag>\"&lt;&amp;\"</ETag></Part></CompleteMultipartUpload>"
        );
    }
}
