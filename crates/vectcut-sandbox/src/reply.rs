//! The response to one request, before it becomes an HTTP message.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use http_body::{Body as _, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

/// The body of a response: bytes in memory, or an object that is read from the disk while it is sent.
pub(crate) type ReplyBody = UnsyncBoxBody<Bytes, io::Error>;

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
}

/// What a response carries.
#[derive(Debug)]
pub(crate) enum Payload {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes that are read while they are sent.
    Stream(ReplyBody),
}

impl Reply {
    /// Makes a response without a body; a status that HTTP cannot carry becomes 500.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: Payload::Bytes(Bytes::new()),
        }
    }

    /// Adds a header, or replaces it; one that HTTP cannot carry is left out.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref().as_bytes());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets the body and its content type.
    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Payload::Bytes(body.into());
        self.header("content-type", content_type)
    }

    /// Sets a body that is read while it is sent.
    pub(crate) fn stream(mut self, body: ReplyBody) -> Self {
        self.body = Payload::Stream(body);
        self
    }

    /// Halves a body in memory.
    pub(crate) fn halved(mut self) -> Self {
        if let Payload::Bytes(body) = &mut self.body {
            body.truncate(body.len() / 2);
        }
        self
    }

    /// Announces the whole length of a body in memory, and breaks off after half of it.
    pub(crate) fn cut(mut self) -> Self {
        let Payload::Bytes(body) = &self.body else {
            return self;
        };
        let (len_bytes, half) = (body.len(), body.slice(..body.len() / 2));
        let broken = Err(io::Error::other("a fault cuts the response here"));
        let frames = [Ok(Frame::data(half)), broken];
        self.body =
            Payload::Stream(StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync());
        self.header("content-length", len_bytes.to_string())
    }

    /// Returns the length of the body in bytes, if it is known.
    pub(crate) fn len_bytes(&self) -> Option<u64> {
        match &self.body {
            Payload::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Payload::Stream(body) => body.size_hint().exact(),
        }
    }

    /// Turns the response into an HTTP message.
    pub(crate) fn into_response(self) -> Response<ReplyBody> {
        let body = match self.body {
            Payload::Bytes(bytes) => Full::new(bytes)
                .map_err(|never: Infallible| match never {})
                .boxed_unsync(),
            Payload::Stream(body) => body,
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
