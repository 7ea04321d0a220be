//! How an upload fails: at which step, for what reason, and what is left behind.

use std::{io, path::PathBuf};

use oss_client::{Crc64, ErrorReply, NameError, ObjectKey};
use strict_http::ServerText;
use vectcut_api::{ApiError, ServerWords};

use crate::{
    Step, StopReason,
    policy::verdict::{self, Verdict},
};

/// What was being done to the local file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceAction {
    /// It was looked up.
    Find,
    /// It was opened.
    Open,
    /// It was read.
    Read,
}

/// An upload that did not end in a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The local file cannot be used. Nothing was sent, or OSS stored nothing of it.
    #[error("could not {} `{}`", match action { SourceAction::Find => "find", SourceAction::Open => "open", SourceAction::Read => "read" }, path.display())]
    Source {
        /// The file as it was given.
        path: PathBuf,
        /// What was being done to it.
        action: SourceAction,
        /// What the system said.
        source: io::Error,
    },
    /// The path names something else than a regular file. Nothing was sent.
    #[error("`{}` is {kind}", path.display())]
    NotAFile {
        /// The file as it was given.
        path: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// The file's name cannot be told to the backend. Nothing was sent.
    #[error("the name of `{}` is not UTF-8, and the backend takes only text", path.display())]
    NameNotUtf8 {
        /// The file as it was given.
        path: PathBuf,
    },
    /// The media type cannot stand in a header. Nothing was sent.
    #[error("`{}` is not a media type such as `video/mp4`", content_type.escape_debug())]
    ContentType {
        /// The media type as it was given.
        content_type: String,
    },
    /// The file is larger than one PutObject can store. Nothing was sent.
    #[error("`{}` has {len_bytes} bytes, and one upload holds at most {max_bytes}", path.display())]
    TooLarge {
        /// The file as it was given.
        path: PathBuf,
        /// Its length.
        len_bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// The file changed while it was being sent. Complete was not called.
    #[error("`{}` changed while it was being sent", path.display())]
    Changed {
        /// The file as it was given.
        path: PathBuf,
    },
    /// A call of the backend failed. After complete failed, the object is stored under `object_key` and has no URL yet.
    #[error("{} failed", match step { Step::Complete => "the last step, complete,", _ => "the first step, init," })]
    Api {
        /// Init or complete.
        step: Step,
        /// Where the object is, when it is there.
        object_key: Option<ObjectKey>,
        /// How the call failed.
        source: ApiError,
    },
    /// The backend's ticket cannot be used. Nothing was sent to OSS.
    #[error("the upload ticket of VectCut cannot be used")]
    Ticket {
        /// Which rule of OSS it breaks.
        source: NameError,
    },
    /// OSS wants V4, and the region to sign for is not known. Nothing is stored.
    #[error(
        "OSS no longer takes V1 signatures, and V4 needs the region, which the endpoint does not name"
    )]
    RegionUnknown,
    /// New credentials came for another object key each time, and ended before the file was up.
    #[error("the upload credentials kept ending before `{object_key}` was whole")]
    CredentialsTooShort {
        /// Where the object was to go last.
        object_key: ObjectKey,
    },
    /// The caller's signal ended the upload. With a state directory the same upload continues.
    #[error("{}", match reason { StopReason::BudgetEnded => "the time budget ended", StopReason::Interrupted => "interrupted" })]
    Stopped {
        /// Why.
        reason: StopReason,
        /// How many bytes OSS has acknowledged.
        safe_bytes: u64,
    },
    /// The bytes did not all reach OSS, or no answer came back.
    #[error("could not send `{object_key}` to OSS")]
    Send {
        /// Where the object was to go.
        object_key: ObjectKey,
        /// What happened.
        source: oss_client::Error,
    },
    /// OSS, or something between, answered no.
    #[error("OSS refused `{object_key}`: {reply}")]
    Refused {
        /// Where the object was to go.
        object_key: ObjectKey,
        /// The answer.
        reply: Box<ErrorReply>,
    },
    /// What OSS stored is not what was sent. Complete was not called.
    #[error("OSS stored `{object_key}` with CRC-64 {stored}, and the bytes sent have {sent}")]
    Corrupted {
        /// Where the damaged object is.
        object_key: ObjectKey,
        /// The CRC-64 of the bytes sent.
        sent: Crc64,
        /// The CRC-64 that OSS computed.
        stored: Crc64,
    },
    /// OSS did not say what it stored, so that nothing proves it. Complete was not called.
    #[error(
        "OSS did not report the CRC-64 of `{object_key}`, so that nothing proves that it is whole"
    )]
    Unverified {
        /// Where the object is.
        object_key: ObjectKey,
    },
    /// The program's own runtime gave up on a task.
    #[error("a task of the program stopped")]
    Runtime {
        /// What the runtime said.
        source: io::Error,
    },
}

/// Whose fault a failure is, coarsely: what an exit code can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The local file.
    File,
    /// The API key.
    ApiKey,
    /// The network, or a server that failed; later may be better.
    Network,
    /// The backend or OSS said no for good.
    Refused,
    /// What OSS stored is not what was sent, or is not proven to be.
    Integrity,
    /// Nobody: the caller stopped it.
    Stopped,
    /// The program itself.
    Internal,
}

impl UploadError {
    /// Returns the step at which it stopped.
    pub fn step(&self) -> Step {
        match self {
            Self::Source { .. }
            | Self::NotAFile { .. }
            | Self::NameNotUtf8 { .. }
            | Self::ContentType { .. }
            | Self::TooLarge { .. }
            | Self::Changed { .. }
            | Self::Runtime { .. } => Step::Read,
            Self::Api { step, .. } => *step,
            Self::Ticket { .. } => Step::Init,
            Self::RegionUnknown
            | Self::CredentialsTooShort { .. }
            | Self::Stopped { .. }
            | Self::Send { .. }
            | Self::Refused { .. }
            | Self::Corrupted { .. }
            | Self::Unverified { .. } => Step::Put,
        }
    }

    /// Returns a name for programs; names are only ever added.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "file_missing"
            }
            Self::Source { .. } => "file_unreadable",
            Self::NotAFile { .. } => "not_a_file",
            Self::NameNotUtf8 { .. } => "file_name_not_utf8",
            Self::ContentType { .. } => "content_type_invalid",
            Self::TooLarge { .. } => "file_too_large",
            Self::Changed { .. } => "file_changed",
            Self::Api { source, .. } => match source {
                ApiError::Transport { .. } => "backend_unreachable",
                ApiError::KeyRefused { .. } => "api_key_refused",
                ApiError::Status { .. } if source.is_transient() => "backend_failing",
                ApiError::NotJson { .. }
                | ApiError::MissingField { .. }
                | ApiError::InvalidField { .. } => "backend_reply_invalid",
                _ => "backend_refused",
            },
            Self::Ticket { .. } => "ticket_invalid",
            Self::RegionUnknown => "region_unknown",
            Self::CredentialsTooShort { .. } => "credentials_too_short",
            Self::Stopped {
                reason: StopReason::BudgetEnded,
                ..
            } => "budget_ended",
            Self::Stopped {
                reason: StopReason::Interrupted,
                ..
            } => "interrupted",
            Self::Send {
                source: oss_client::Error::Sign { .. },
                ..
            } => "request_unsignable",
            Self::Send { .. } => "oss_unreachable",
            Self::Refused { reply, .. } if is_transient(reply) => "oss_failing",
            Self::Refused { .. } => "oss_refused",
            Self::Corrupted { .. } => "crc64_mismatch",
            Self::Unverified { .. } => "crc64_missing",
            Self::Runtime { .. } => "internal",
        }
    }

    /// Returns whose fault it is, coarsely.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Source { .. }
            | Self::NotAFile { .. }
            | Self::NameNotUtf8 { .. }
            | Self::ContentType { .. }
            | Self::TooLarge { .. }
            | Self::Changed { .. } => Fault::File,
            Self::Api {
                source: ApiError::KeyRefused { .. },
                ..
            } => Fault::ApiKey,
            Self::Api {
                source: ApiError::Declined { .. },
                ..
            } => Fault::Refused,
            Self::Api {
                source:
                    ApiError::NotJson { .. }
                    | ApiError::MissingField { .. }
                    | ApiError::InvalidField { .. },
                ..
            } => Fault::Network,
            Self::Api { source, .. } if source.is_transient() => Fault::Network,
            // A certificate that is not trusted is a matter of the line, and no server said no.
            Self::Api {
                source: ApiError::Transport { .. },
                ..
            } => Fault::Network,
            Self::Api { .. } | Self::Ticket { .. } | Self::RegionUnknown => Fault::Refused,
            Self::Send {
                source: oss_client::Error::Sign { .. },
                ..
            } => Fault::Refused,
            Self::Send { .. } => Fault::Network,
            Self::Refused { reply, .. } if is_transient(reply) => Fault::Network,
            Self::Refused { .. } => Fault::Refused,
            Self::Corrupted { .. } | Self::Unverified { .. } => Fault::Integrity,
            Self::CredentialsTooShort { .. } => Fault::Network,
            Self::Stopped { .. } => Fault::Stopped,
            Self::Runtime { .. } => Fault::Internal,
        }
    }

    /// Returns whether the same upload, tried again later, may succeed without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api { source, .. } => {
                source.is_transient() || matches!(source, ApiError::NotJson { .. })
            }
            Self::Send {
                source: oss_client::Error::Transport { source, .. },
                ..
            } => source.is_transient(),
            Self::Refused { reply, .. } => is_transient(reply) || is_about_credentials(reply),
            Self::Corrupted { .. }
            | Self::Changed { .. }
            | Self::CredentialsTooShort { .. }
            | Self::Stopped { .. } => true,
            _ => false,
        }
    }

    /// Returns what a person can do about it, in words of this layer's world.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Changed { .. } => {
                Some("wait until nothing writes to the file, then upload it again".into())
            }
            Self::NotAFile {
                kind: "a directory",
                ..
            } => Some("name the files in it one by one".into()),
            Self::Api {
                source, object_key, ..
            } => api_hint(source, object_key.as_ref()),
            Self::Refused { reply, .. } => refusal_hint(reply).map(Into::into),
            Self::Corrupted { .. } => {
                Some("upload the file again; the damaged object has no URL".into())
            }
            Self::Send {
                source: oss_client::Error::Transport { source, .. },
                ..
            } => transport_hint(source.kind()),
            _ => None,
        }
    }

    /// Returns the status of the answer, when there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Api { source, .. } => source.http_status(),
            Self::Refused { reply, .. } => Some(reply.status),
            _ => None,
        }
    }

    /// Returns the error code of OSS, when there is one.
    pub fn oss_code(&self) -> Option<&str> {
        match self {
            Self::Refused { reply, .. } => reply.code.as_ref().map(ServerText::as_str),
            _ => None,
        }
    }

    /// Returns the request ID of OSS, which its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { reply, .. } => reply.request_id.as_ref().map(ServerText::as_str),
            _ => None,
        }
    }

    /// Returns the object key, once there is one.
    pub fn object_key(&self) -> Option<&str> {
        match self {
            Self::Api { object_key, .. } => object_key.as_ref().map(ObjectKey::as_str),
            Self::Send { object_key, .. }
            | Self::CredentialsTooShort { object_key }
            | Self::Refused { object_key, .. }
            | Self::Corrupted { object_key, .. }
            | Self::Unverified { object_key } => Some(object_key.as_str()),
            _ => None,
        }
    }
}

/// The line or the server failed; nobody said no.
fn is_transient(reply: &ErrorReply) -> bool {
    matches!(verdict::on_reply(reply), Verdict::Again | Verdict::Slower)
}

/// The credentials ended or were not known; a new ticket has others.
fn is_about_credentials(reply: &ErrorReply) -> bool {
    verdict::on_reply(reply) == Verdict::NewCredentials
}

fn refusal_hint(reply: &ErrorReply) -> Option<&'static str> {
    if is_about_credentials(reply) {
        return Some("the upload credentials ended; a new upload gets new ones");
    }
    match reply.code.as_ref()?.as_str() {
        "RequestTimeTooSkewed" => {
            Some("this computer's clock differs from the server's by more than 15 minutes; set it")
        }
        "SignatureDoesNotMatch" => Some(
            "something on the way changed the request, or this program has a fault; report it with the request ID",
        ),
        "PublicEndpointForbidden" => {
            Some("this bucket is served by another endpoint, such as a custom domain")
        }
        _ => None,
    }
}

fn api_hint(error: &ApiError, object_key: Option<&ObjectKey>) -> Option<String> {
    let stored = object_key
        .map(|object_key| format!("the file is stored as `{object_key}`, only its URL is missing"));
    let own = match error {
        ApiError::Transport { source, .. } => transport_hint(source.kind()),
        ApiError::Status {
            status: 300..=399, ..
        } => Some("the base URL seems to be another one now".into()),
        ApiError::Status { status: 400, .. } => {
            Some("VectCut also answers 400 when the API key has ended".into())
        }
        ApiError::NotJson { .. } => Some(
            "something else than VectCut may have answered, such as a login page of the network"
                .into(),
        ),
        _ => None,
    };
    let link = error.words().and_then(ServerWords::link_hint);
    let hints: Vec<_> = [own, link, stored].into_iter().flatten().collect();
    (!hints.is_empty()).then(|| hints.join("; "))
}

fn transport_hint(kind: strict_http::TransportKind) -> Option<String> {
    use strict_http::TransportKind::{Connect, Resolve, Tls};
    match kind {
        Resolve => Some("check the host's name and whether this computer is online".into()),
        Connect => {
            Some("check whether this computer is online and whether it needs a proxy".into())
        }
        Tls => Some(
            "check the clock, and whether a proxy on the way needs its CA to be trusted".into(),
        ),
        _ => None,
    }
}
