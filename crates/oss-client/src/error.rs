//! How an operation fails: facts about what happened, and no opinion on whether to retry.

use std::{fmt, io};

use oss_signer::SignError;
use strict_http::TransportError;

use crate::ErrorReply;

/// An operation on an object, named as in the vendor's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `PUT /key`
    PutObject,
    /// `HEAD /key`
    HeadObject,
    /// `GET /key`
    GetObject,
    /// `POST /key?uploads`
    InitiateMultipartUpload,
    /// `PUT /key?partNumber=…&uploadId=…`
    UploadPart,
    /// `POST /key?uploadId=…`
    CompleteMultipartUpload,
    /// `DELETE /key?uploadId=…`
    AbortMultipartUpload,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PutObject => "PutObject",
            Self::HeadObject => "HeadObject",
            Self::GetObject => "GetObject",
            Self::InitiateMultipartUpload => "InitiateMultipartUpload",
            Self::UploadPart => "UploadPart",
            Self::CompleteMultipartUpload => "CompleteMultipartUpload",
            Self::AbortMultipartUpload => "AbortMultipartUpload",
        })
    }
}

/// An operation that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be signed; nothing was sent.
    #[error("could not sign the request")]
    Sign {
        /// What cannot be signed.
        source: SignError,
    },
    /// The body could not be read to its end. OSS stores nothing of a body that ends early.
    #[error("could not read the bytes to send")]
    Body {
        /// What the source of the body said.
        source: io::Error,
    },
    /// The body has another length than the request announced. OSS stores nothing of it.
    #[error("the body has {given_bytes} bytes instead of the announced {announced_bytes}")]
    BodyLength {
        /// The length that the request announced.
        announced_bytes: u64,
        /// How many bytes the source had given when the difference was noticed.
        given_bytes: u64,
    },
    /// There was no response, or it broke off.
    #[error("no response to {operation}")]
    Transport {
        /// The operation.
        operation: Operation,
        /// How far the request got.
        source: TransportError,
    },
    /// The response has status 2xx and lacks what it must have.
    #[error("the response of OSS to {operation} has no `{missing}`")]
    BadReply {
        /// The operation.
        operation: Operation,
        /// The element or header that is missing or cannot be read.
        missing: &'static str,
    },
    /// The response has another status than 2xx. It is from OSS or, without a code, from something in between.
    #[error("OSS refused {operation}: {reply}")]
    Refused {
        /// The operation.
        operation: Operation,
        /// The response.
        reply: Box<ErrorReply>,
    },
}
