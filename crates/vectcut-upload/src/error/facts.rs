//! What programs ask an error: its step, its name, whose fault it is, and whether another try may help.

use std::io;

use oss_client::{ErrorReply, ObjectKey};
use vectcut_api::ApiError;

use super::{Cause, Fault, UploadError};
use crate::{
    Step, StopReason,
    policy::verdict::{self, Verdict},
};

impl UploadError {
    pub(crate) fn runtime(source: io::Error) -> Self {
        Self::Runtime { source }
    }

    /// Returns the step at which the upload stopped.
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
            | Self::NeverFinished { .. }
            | Self::Stopped { .. }
            | Self::Send { .. }
            | Self::Refused { .. }
            | Self::Corrupted { .. }
            | Self::Unverified { .. } => Step::Put,
            Self::NotUploaded { .. } | Self::UrlWithoutKey => Step::Read,
            Self::Unproven { .. }
            | Self::UrlExpired { .. }
            | Self::Replaced { .. }
            | Self::UnknownObject { .. }
            | Self::UrlTooShort { .. } => Step::Complete,
            Self::GaveUp { last, .. } => last.step(),
            Self::BatchEnded { cause, .. } => cause.step,
        }
    }

    /// Returns a name for programs. Names are only ever added.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source { source, .. } if is_missing(source) => "file_missing",
            Self::Source { .. } => "file_unreadable",
            Self::NotAFile { .. } => "not_a_file",
            Self::NameNotUtf8 { .. } => "file_name_not_utf8",
            Self::ContentType { .. } => "content_type_invalid",
            Self::TooLarge { .. } => "file_too_large",
            Self::Changed { .. } => "file_changed",
            Self::Api { source, .. } => api_code(source),
            Self::Ticket { .. } => "ticket_invalid",
            Self::RegionUnknown => "region_unknown",
            Self::CredentialsTooShort { .. } => "credentials_too_short",
            Self::NeverFinished { .. } => "never_finished",
            Self::Stopped { reason, .. } => match reason {
                StopReason::BudgetEnded => "budget_ended",
                StopReason::Interrupted => "interrupted",
            },
            Self::GaveUp { last, .. } => last.code(),
            Self::BatchEnded { cause, .. } => cause.code,
            Self::Send {
                source: oss_client::Error::Sign { .. },
                ..
            } => "request_unsignable",
            Self::Send { .. } => "oss_unreachable",
            Self::Refused { reply, .. } if is_transient(reply) => "oss_failing",
            Self::Refused { .. } => "oss_refused",
            Self::Corrupted { .. } => "crc64_mismatch",
            Self::Unverified { .. } => "crc64_missing",
            Self::Unproven { .. } => "object_unproven",
            Self::UrlExpired { .. } => "url_expired",
            Self::NotUploaded { .. } => "not_uploaded",
            Self::UrlWithoutKey => "url_without_key",
            Self::Replaced { .. } => "object_replaced",
            Self::UnknownObject { .. } => "object_unknown",
            Self::UrlTooShort { .. } => "url_too_short",
            Self::Runtime { .. } => "internal",
        }
    }

    /// Returns the category of the failure.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Source { .. }
            | Self::NotAFile { .. }
            | Self::NameNotUtf8 { .. }
            | Self::ContentType { .. }
            | Self::TooLarge { .. }
            | Self::Changed { .. }
            | Self::NotUploaded { .. }
            | Self::UnknownObject { .. }
            | Self::UrlWithoutKey => Fault::File,
            Self::Api { source, .. } => api_fault(source),
            Self::Ticket { .. }
            | Self::RegionUnknown
            | Self::CredentialsTooShort { .. }
            | Self::NeverFinished { .. }
            | Self::UrlTooShort { .. } => Fault::Refused,
            Self::Send {
                source: oss_client::Error::Sign { .. },
                ..
            } => Fault::Refused,
            Self::Send { .. } | Self::Unproven { .. } | Self::UrlExpired { .. } => Fault::Network,
            Self::Refused { reply, .. } if is_transient(reply) => Fault::Network,
            Self::Refused { .. } => Fault::Refused,
            Self::Corrupted { .. } | Self::Unverified { .. } | Self::Replaced { .. } => {
                Fault::Integrity
            }
            Self::Stopped {
                reason: StopReason::BudgetEnded,
                is_hopeless: true,
                ..
            } => Fault::Network,
            Self::Stopped { .. } => Fault::Stopped,
            Self::GaveUp { last, .. } => last.fault(),
            Self::BatchEnded { cause, .. } => cause.fault,
            Self::Runtime { .. } => Fault::Internal,
        }
    }

    /// Returns whether the same upload, tried again later, may succeed without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api { source, .. } => {
                source.is_transient() || matches!(source, ApiError::NotJson { .. })
            }
            Self::Send { source, .. } => match source {
                oss_client::Error::Transport { source, .. } => source.is_transient(),
                // A success whose response lacks something, as a proxy may answer.
                oss_client::Error::BadReply { .. } => true,
                _ => false,
            },
            Self::Refused { reply, .. } => is_transient(reply) || is_about_credentials(reply),
            Self::Corrupted { .. }
            | Self::Unproven { .. }
            | Self::UrlExpired { .. }
            | Self::Changed { .. }
            | Self::GaveUp { .. }
            | Self::Stopped { .. } => true,
            Self::BatchEnded { cause, .. } => cause.is_retryable,
            Self::Source { .. }
            | Self::NotAFile { .. }
            | Self::NameNotUtf8 { .. }
            | Self::ContentType { .. }
            | Self::TooLarge { .. }
            | Self::Ticket { .. }
            | Self::RegionUnknown
            | Self::CredentialsTooShort { .. }
            | Self::NeverFinished { .. }
            | Self::Unverified { .. }
            | Self::NotUploaded { .. }
            | Self::UnknownObject { .. }
            | Self::UrlWithoutKey
            | Self::Replaced { .. }
            | Self::UrlTooShort { .. }
            | Self::Runtime { .. } => false,
        }
    }

    /// Returns whether OSS refused for good what was sent, or keeps storing something else. Then the journal is removed,
    /// and the credentials in it.
    ///
    /// A refusal of the backend is different: it may be lifted, and what was sent is of use then.
    pub(crate) fn is_final(&self) -> bool {
        let is_over = match self.fault() {
            Fault::Refused => !self.is_retryable(),
            fault => fault == Fault::Integrity,
        };
        is_over && self.step() == Step::Put
    }

    /// Returns whether a later run resumes from what OSS has acknowledged in this one.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Stopped { progress, .. } if progress.is_kept)
    }

    /// Returns the failure that was being retried when a stop or giving up ended the upload, in one line.
    pub fn last_cause(&self) -> Option<String> {
        match self {
            Self::Stopped { last_cause, .. } => last_cause.clone(),
            Self::GaveUp { last, .. } => Some(in_one_line(&**last)),
            Self::BatchEnded { cause, .. } => Some(cause.message.clone()),
            _ => None,
        }
    }

    /// Returns the status of the response, when there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Api { source, .. } => source.http_status(),
            Self::Refused { reply, .. } => Some(reply.status),
            Self::UnknownObject { source, .. } => source.as_ref()?.http_status(),
            Self::GaveUp { last, .. } => last.http_status(),
            _ => None,
        }
    }

    /// Returns the error code of OSS, when there is one.
    pub fn oss_code(&self) -> Option<&str> {
        let code = self.reply()?.code.as_ref()?;
        Some(code.as_str())
    }

    /// Returns the request ID of OSS, which its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        let request_id = self.reply()?.request_id.as_ref()?;
        Some(request_id.as_str())
    }

    /// Returns the key of the object, if OSS has stored the bytes of the file under it.
    ///
    /// A damaged or unproven object has none here: whoever has its key could get a URL of it.
    pub fn object_key(&self) -> Option<&str> {
        match self {
            Self::Api { object_key, .. }
            | Self::Stopped { object_key, .. }
            | Self::BatchEnded { object_key, .. } => object_key.as_ref().map(ObjectKey::as_str),
            Self::UrlExpired { object_key } | Self::UrlTooShort { object_key, .. } => {
                Some(object_key.as_str())
            }
            Self::GaveUp { last, .. } => last.object_key(),
            _ => None,
        }
    }

    /// Returns the failure of a call about an object that is not proven to be stored.
    pub(crate) fn without_object(self) -> Self {
        match self {
            Self::Api { step, source, .. } => Self::Api {
                step,
                object_key: None,
                source,
            },
            Self::GaveUp {
                after,
                attempts,
                last,
            } => Self::GaveUp {
                after,
                attempts,
                last: Box::new(last.without_object()),
            },
            error => error,
        }
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause {
            code: self.code(),
            step: self.step(),
            fault: self.fault(),
            is_retryable: self.is_retryable(),
            message: in_one_line(self),
        }
    }

    fn reply(&self) -> Option<&ErrorReply> {
        match self {
            Self::Refused { reply, .. } => Some(reply),
            Self::GaveUp { last, .. } => last.reply(),
            _ => None,
        }
    }
}

fn api_code(error: &ApiError) -> &'static str {
    match error {
        ApiError::Transport { .. } => "backend_unreachable",
        ApiError::KeyRefused { .. } => "api_key_refused",
        ApiError::Status { .. } if error.is_transient() => "backend_failing",
        ApiError::NotJson { .. }
        | ApiError::MissingField { .. }
        | ApiError::InvalidField { .. } => "backend_reply_invalid",
        _ => "backend_refused",
    }
}

fn api_fault(error: &ApiError) -> Fault {
    match error {
        ApiError::KeyRefused { .. } => Fault::ApiKey,
        ApiError::Declined { .. } => Fault::Refused,
        // No server refused: the network is why, also when a certificate is not trusted.
        ApiError::NotJson { .. }
        | ApiError::MissingField { .. }
        | ApiError::InvalidField { .. }
        | ApiError::Transport { .. } => Fault::Network,
        _ if error.is_transient() => Fault::Network,
        _ => Fault::Refused,
    }
}

/// No file is there, or none can be: the name is too long, or has a character such as `*` that Windows allows in no name.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename
    )
}

/// The network or the server failed; nobody refused.
fn is_transient(reply: &ErrorReply) -> bool {
    matches!(
        verdict::on_reply(reply),
        Verdict::Again | Verdict::AgainAFewTimes | Verdict::Slower
    )
}

/// The credentials expired or were not known; a new ticket has others.
pub(super) fn is_about_credentials(reply: &ErrorReply) -> bool {
    verdict::on_reply(reply) == Verdict::NewCredentials
}

/// Returns an error and its causes as one line.
pub(crate) fn in_one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
