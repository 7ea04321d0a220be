//! `GET /key`: an object as a stream, by signature in the headers or by a presigned URL.

use std::time::Duration;

use bytes::Bytes;
use oss_signer::Request;
use reqwest::{Method, Response, Url};
use strict_http::TransportError;

use crate::{BucketName, Client, Error, ObjectKey, Operation, Signing, client::Prepared, clock};

/// How long the headers of the response, and each chunk after them, may take.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(60);

/// An object's bytes as they arrive.
#[derive(Debug)]
pub struct ObjectStream {
    response: Response,
    host: String,
}

impl ObjectStream {
    /// Returns the next bytes, or `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] when the connection breaks, which includes an end before the announced length, and when
    /// nothing arrives for a minute.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no bytes: the next call continues.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let failed = |source| Error::Transport {
            operation: Operation::GetObject,
            source,
        };
        match clock::within(CHUNK_TIMEOUT, self.response.chunk()).await {
            Some(chunk) => chunk.map_err(|error| failed(TransportError::new(error))),
            None => Err(failed(TransportError::timeout(&self.host))),
        }
    }
}

impl Client {
    /// Opens an object for reading.
    ///
    /// # Errors
    ///
    /// [`Error::Sign`], [`Error::Transport`], and [`Error::Refused`] with status 404 when there is no such object.
    ///
    /// # Cancellation
    ///
    /// Dropping the future, or the stream, closes the connection and leaves nothing behind.
    pub async fn get_object(
        &self,
        bucket: &BucketName,
        object_key: &ObjectKey,
        signing: &Signing<'_>,
    ) -> Result<ObjectStream, Error> {
        let request = Request::get(bucket.as_str(), object_key.as_str());
        let request = self.prepare(Method::GET, bucket, &request, signing)?;
        let host = self.endpoint().server().host().to_owned();
        self.open(request, host).await
    }

    /// Opens the object that a presigned URL names. The URL is used to the letter, and no credentials are sent.
    ///
    /// # Errors
    ///
    /// As [`get_object`](Self::get_object), without [`Error::Sign`].
    ///
    /// # Cancellation
    ///
    /// As [`get_object`](Self::get_object).
    pub async fn get_presigned(&self, url: &str) -> Result<ObjectStream, Error> {
        let host = Url::parse(url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let prepared = Prepared {
            http: self.http().get(url),
            signed: None,
        };
        self.open(prepared, host.to_owned()).await
    }

    /// Waits for the headers of the response; a time-out of the whole request would also end a long read.
    async fn open(&self, prepared: Prepared<'_>, host: String) -> Result<ObjectStream, Error> {
        let response = self.send(Operation::GetObject, prepared);
        match clock::within(CHUNK_TIMEOUT, response).await {
            Some(response) => Ok(ObjectStream {
                response: response?,
                host,
            }),
            None => Err(Error::Transport {
                operation: Operation::GetObject,
                source: TransportError::timeout(&host),
            }),
        }
    }
}
