//! How a call fails: facts first, words second. The caller decides whether to retry.

use std::{fmt, time::Duration};

use strict_http::{ServerText, TransportError};

use crate::SignedUrlError;

/// A call of the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `POST /sts/upload/init`
    InitUpload,
    /// `POST /sts/upload/complete`
    CompleteUpload,
    /// `POST /cut_jianying/task_status`
    CheckKey,
}

impl Call {
    /// Returns the path of the call below the base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::InitUpload => "/sts/upload/init",
            Self::CompleteUpload => "/sts/upload/complete",
            Self::CheckKey => "/cut_jianying/task_status",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// What the server said about a failure, cleaned and without the API key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerWords {
    /// `error`, else `message`, of the response.
    pub message: Option<ServerText>,
    /// `purchase_link` of the response: where to buy more of what ran out.
    pub purchase_link: Option<ServerText>,
}

impl fmt::Display for ServerWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There was no response.
    #[error("no response to `{call}`")]
    Transport {
        /// The call.
        call: Call,
        /// How far the request got.
        source: TransportError,
    },
    /// The status is 401 or 403 and the response names no `purchase_link`: the API key is wrong, has expired or may not do
    /// this.
    #[error("VectCut refused the API key at `{call}` (HTTP {status}){words}")]
    KeyRefused {
        /// The call.
        call: Call,
        /// 401 or 403.
        status: u16,
        /// The server's own message.
        words: ServerWords,
    },
    /// Any other status than 2xx, and 401 or 403 with a `purchase_link`: then the membership is why, and not the key.
    #[error("VectCut responded to `{call}` with HTTP {status}{words}")]
    Status {
        /// The call.
        call: Call,
        /// The status.
        status: u16,
        /// The server's own message.
        words: ServerWords,
        /// How long the server asks the client to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// The status is 2xx and the body is not a JSON object. The body is not kept.
    #[error(
        "the response of VectCut to `{call}` is not a JSON object (HTTP {status}, {content_type})"
    )]
    NotJson {
        /// The call.
        call: Call,
        /// The status.
        status: u16,
        /// The `Content-Type` of the response, which tells the page of a portal from a response that was cut.
        content_type: ServerText,
    },
    /// The body is JSON and its `success` is missing or not `true`.
    #[error("VectCut declined `{call}` (HTTP {status}){words}")]
    Declined {
        /// The call.
        call: Call,
        /// The status, 2xx.
        status: u16,
        /// The server's own message.
        words: ServerWords,
    },
    /// The body says success and a required field is missing, empty or of another type.
    #[error("the response of VectCut to `{call}` (HTTP {status}) has no `{field}`")]
    MissingField {
        /// The call.
        call: Call,
        /// The status, 2xx.
        status: u16,
        /// The field, with dots where it is nested.
        field: &'static str,
    },
    /// The body says success and a required field has a value that cannot be used. The value is not kept.
    #[error(
        "the response of VectCut to `{call}` (HTTP {status}) cannot be used: `{field}` {fault}"
    )]
    InvalidField {
        /// The call.
        call: Call,
        /// The status, 2xx.
        status: u16,
        /// The field.
        field: &'static str,
        /// What is wrong with its value.
        fault: FieldFault,
    },
}

/// What is wrong with the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldFault {
    /// It is not a URL that can be handed to another program.
    #[error("{0}")]
    Url(SignedUrlError),
    /// It contains the API key or a secret of the same response, which would be shown with it.
    #[error("repeats a secret")]
    RepeatsSecret,
    /// It is a URL of this computer, and the backend is not on this computer.
    #[error("points to this computer")]
    Loopback,
}

impl ApiError {
    /// Returns whether the same call may succeed later: the network failed, or the status is 408, 429 or 5xx.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport { source, .. } => source.is_transient(),
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Returns how long the server asks the client to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns the call that failed.
    pub fn call(&self) -> Call {
        match self {
            Self::Transport { call, .. }
            | Self::KeyRefused { call, .. }
            | Self::Status { call, .. }
            | Self::NotJson { call, .. }
            | Self::Declined { call, .. }
            | Self::MissingField { call, .. }
            | Self::InvalidField { call, .. } => *call,
        }
    }

    /// Returns the status of the response, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Transport { .. } => None,
            Self::KeyRefused { status, .. }
            | Self::Status { status, .. }
            | Self::NotJson { status, .. }
            | Self::Declined { status, .. }
            | Self::MissingField { status, .. }
            | Self::InvalidField { status, .. } => Some(*status),
        }
    }

    /// Returns the server's own message, for the kinds of failure that can have one.
    pub fn words(&self) -> Option<&ServerWords> {
        match self {
            Self::KeyRefused { words, .. }
            | Self::Status { words, .. }
            | Self::Declined { words, .. } => Some(words),
            _ => None,
        }
    }
}
