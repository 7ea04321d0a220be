//! What a person can do about a failure, in words of this layer's world: no flag and no variable is named.

use oss_client::{ErrorReply, ObjectKey};
use strict_http::{ServerText, TransportKind};
use vectcut_api::{ApiError, ServerWords};

use super::{FileKind, UploadError, facts::is_about_credentials};

impl UploadError {
    /// Returns what a person can do about it. Several hints are joined by semicolons.
    pub fn hint(&self) -> Option<String> {
        let hints = self.hints();
        (!hints.is_empty()).then(|| hints.join("; "))
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Changed { .. } => {
                vec!["wait until no program writes to the file, then upload it again".into()]
            }
            Self::NotAFile { kind, .. } => kind_hint(*kind),
            Self::Api {
                source, object_key, ..
            } => api_hints(source, object_key.as_ref()),
            Self::Refused { reply, .. } => refusal_hint(reply),
            Self::Corrupted { .. } => {
                vec!["upload the file again; the damaged object has no URL".into()]
            }
            Self::Unproven { .. } => {
                vec![
                    "nothing was forgotten; the next run looks again before it sends anything"
                        .into(),
                ]
            }
            Self::UrlExpired { .. } => {
                vec!["check this computer's clock; the next run only asks for a new URL".into()]
            }
            Self::CredentialsTooShort { .. } | Self::NeverFinished { .. } => {
                vec!["give each run more time, or upload over a faster connection".into()]
            }
            Self::Stopped {
                is_hopeless: true, ..
            } => vec!["check the network, or give the run more time".into()],
            Self::Send {
                source: oss_client::Error::Transport { source, .. },
                ..
            } => transport_hint(source.kind()),
            Self::GaveUp { last, .. } => last.hints(),
            Self::Source { .. }
            | Self::NameNotUtf8 { .. }
            | Self::ContentType { .. }
            | Self::TooLarge { .. }
            | Self::Ticket { .. }
            | Self::RegionUnknown
            | Self::Stopped { .. }
            | Self::BatchEnded { .. }
            | Self::Send { .. }
            | Self::Unverified { .. }
            | Self::Runtime { .. } => Vec::new(),
        }
    }
}

fn kind_hint(kind: FileKind) -> Vec<String> {
    match kind {
        FileKind::Directory => vec!["name the files in it one by one".into()],
        FileKind::Pipe | FileKind::Socket | FileKind::Device | FileKind::UnknownLength => {
            vec!["save the data to a regular file first".into()]
        }
        FileKind::Other => Vec::new(),
    }
}

fn refusal_hint(reply: &ErrorReply) -> Vec<String> {
    if is_about_credentials(reply) {
        return vec!["the upload credentials expired; a new upload gets new ones".into()];
    }
    let hint = match reply.code.as_ref().map(ServerText::as_str) {
        Some("RequestTimeTooSkewed") => {
            "this computer's clock differs from the server's by more than 15 minutes; set it"
        }
        Some("SignatureDoesNotMatch") => {
            "a proxy may have changed the request, or this program has a fault; report it with the request ID"
        }
        Some("PublicEndpointForbidden") => {
            "this bucket is served by another endpoint, such as a custom domain"
        }
        _ => return Vec::new(),
    };
    vec![hint.into()]
}

fn api_hints(error: &ApiError, object_key: Option<&ObjectKey>) -> Vec<String> {
    let own = match error {
        ApiError::Transport { source, .. } => transport_hint(source.kind()),
        ApiError::Status {
            status: 300..=399, ..
        } => vec!["the base URL may have moved".into()],
        ApiError::Status { status: 400, .. } => vec!["the API key may have expired".into()],
        ApiError::NotJson { .. } => {
            vec!["another server may have answered, such as the login page of a network".into()]
        }
        _ => Vec::new(),
    };
    let link = error.words().and_then(ServerWords::link_hint);
    let stored = object_key
        .map(|object_key| format!("the file is stored as `{object_key}`; only its URL is missing"));
    own.into_iter().chain(link).chain(stored).collect()
}

fn transport_hint(kind: TransportKind) -> Vec<String> {
    let hint = match kind {
        TransportKind::Resolve => "check the host's name and whether this computer is online",
        TransportKind::Connect => {
            "check whether this computer is online and whether it needs a proxy"
        }
        TransportKind::Tls => {
            "check the clock, and whether a proxy intercepts TLS with a CA that must be trusted"
        }
        _ => return Vec::new(),
    };
    vec![hint.into()]
}
