//! What a person can do about a failure, in words of this layer's world: no flag and no variable is named.

use std::fmt;

use oss_client::{Diagnosis, ErrorReply, ObjectKey};
use strict_http::{ServerText, TransportKind};
use vectcut_api::ApiError;

use super::{FileKind, Progress, UploadError, facts::is_about_credentials};
use crate::{StopReason, policy::verdict::is_end_of_v1};

/// What a person can do about a failure. `Display` says it in English.
///
/// A front end with words of its own, such as another language, matches on it. The list is exhaustive on purpose: whoever
/// translates it wants the compiler to name a new hint. A new variant comes with a minor version, as a breaking change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Hint {
    /// The file was written to while it was being sent.
    WaitForWriter,
    /// The path is a directory.
    NameFiles,
    /// The path is a pipe, a socket or a device.
    SaveToFile,
    /// OSS stored other bytes. The damaged object has no URL.
    UploadAgain,
    /// What OSS holds could not be proven. The next run looks before it sends.
    NextRunLooks,
    /// The URL had expired when it came.
    CheckClockForUrl,
    /// Every run ended too early.
    MoreTime,
    /// Nothing was sent before the budget ended.
    CheckNetwork,
    /// The upload credentials expired.
    NewCredentials,
    /// The clocks of this computer and OSS differ by more than 15 minutes.
    SetClock,
    /// OSS does not accept V1 here, and the caller wanted nothing else.
    SignV4,
    /// OSS computed another signature, and does not say from what.
    ReportSignature,
    /// OSS computed another signature, and this is why.
    SignatureDiffers {
        /// What OSS read differently. It has no value of a header or a parameter.
        diagnosis: Diagnosis,
    },
    /// The bucket is served by another endpoint.
    OtherEndpoint,
    /// The backend redirects.
    BaseUrlMoved,
    /// The backend answered 400.
    KeyMayHaveExpired,
    /// The answer was no JSON, as that of a captive portal.
    OtherServerAnswered,
    /// The backend named a page where to buy more of what ran out: the membership, or its quota.
    Buy {
        /// Its address.
        link: ServerText,
    },
    /// The object is stored; only its URL is missing.
    StoredAs {
        /// Where.
        object_key: ObjectKey,
    },
    /// The host's name was not found.
    CheckName,
    /// The host could not be reached.
    CheckOnline,
    /// The TLS handshake failed.
    CheckTls,
    /// There is no object with the content of the file, or not any more.
    UploadFile,
    /// A URL does not tell which object it is of.
    NameObjectKey,
    /// No URL is valid for as long as it should be.
    AskForLess,
}

/// What a page where to buy something is for.
const TO_BUY: &str = "the membership may have expired, or its quota may be used up";

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WaitForWriter => "wait until no program writes to the file, then upload it again",
            Self::NameFiles => "name the files in it one by one",
            Self::SaveToFile => "save the data to a regular file first",
            Self::UploadAgain => "upload the file again; the damaged object has no URL",
            Self::NextRunLooks => {
                "nothing was forgotten; the next run looks again before it sends anything"
            }
            Self::CheckClockForUrl => {
                "check this computer's clock; the next run only asks for a new URL"
            }
            Self::MoreTime => "give each run more time, or upload over a faster connection",
            Self::CheckNetwork => "check the network, or give the run more time",
            Self::NewCredentials => "the upload credentials expired; a new upload gets new ones",
            Self::SetClock => {
                "this computer's clock differs from the server's by more than 15 minutes; set it"
            }
            Self::SignV4 => "OSS accepts only V4 signatures for this bucket",
            Self::ReportSignature => {
                "a proxy may have changed the request, or this program has a fault; report it with the request ID"
            }
            Self::OtherEndpoint => {
                "this bucket is served by another endpoint, such as a custom domain"
            }
            Self::BaseUrlMoved => "the base URL may have moved",
            Self::KeyMayHaveExpired => "the API key may have expired",
            Self::OtherServerAnswered => {
                "another server may have answered, such as the login page of a network"
            }
            Self::SignatureDiffers { diagnosis } => {
                return write!(f, "{diagnosis}; report it with the request ID");
            }
            Self::Buy { link } => return write!(f, "{TO_BUY}: {link}"),
            Self::StoredAs { object_key } => {
                return write!(
                    f,
                    "the file is stored as `{object_key}`; only its URL is missing"
                );
            }
            Self::CheckName => "check the host's name and whether this computer is online",
            Self::CheckOnline => "check whether this computer is online and whether it needs a proxy",
            Self::CheckTls => {
                "check the clock, and whether a proxy intercepts TLS with a CA that must be trusted"
            }
            Self::UploadFile => "upload the file again",
            Self::NameObjectKey => "name the object key instead",
            Self::AskForLess => "ask for a URL that is valid for a shorter time",
        })
    }
}

impl UploadError {
    /// Returns what a person can do about it, most useful first.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Changed { .. } => vec![Hint::WaitForWriter],
            Self::NotAFile { kind, .. } => kind_hint(*kind).into_iter().collect(),
            Self::Api {
                source, object_key, ..
            } => api_hints(source, object_key.as_ref()),
            Self::Refused { reply, .. } => refusal_hint(reply).into_iter().collect(),
            Self::Corrupted { .. } => vec![Hint::UploadAgain],
            Self::Unproven { .. } => vec![Hint::NextRunLooks],
            Self::UrlExpired { .. } => vec![Hint::CheckClockForUrl],
            Self::CredentialsTooShort { .. } | Self::NeverFinished { .. } => vec![Hint::MoreTime],
            Self::NotUploaded { .. } | Self::Replaced { .. } | Self::UnknownObject { .. } => {
                vec![Hint::UploadFile]
            }
            Self::UrlWithoutKey => vec![Hint::NameObjectKey],
            Self::UrlTooShort { .. } => vec![Hint::AskForLess],
            Self::Stopped {
                is_hopeless: true, ..
            } => vec![Hint::CheckNetwork],
            Self::Stopped {
                reason: StopReason::BudgetEnded,
                progress:
                    Progress {
                        needs_one_run: true,
                        ..
                    },
                ..
            } => vec![Hint::MoreTime],
            Self::Send {
                source: oss_client::Error::Transport { source, .. },
                ..
            } => transport_hint(source.kind()).into_iter().collect(),
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

fn kind_hint(kind: FileKind) -> Option<Hint> {
    match kind {
        FileKind::Directory => Some(Hint::NameFiles),
        FileKind::Pipe | FileKind::Socket | FileKind::Device | FileKind::UnknownLength => {
            Some(Hint::SaveToFile)
        }
        FileKind::Other => None,
    }
}

fn refusal_hint(reply: &ErrorReply) -> Option<Hint> {
    if is_about_credentials(reply) {
        return Some(Hint::NewCredentials);
    }
    if is_end_of_v1(reply) {
        return Some(Hint::SignV4);
    }
    match reply.code.as_ref().map(ServerText::as_str)? {
        "RequestTimeTooSkewed" => Some(Hint::SetClock),
        "SignatureDoesNotMatch" => Some(match reply.diagnosis.clone() {
            Some(diagnosis) => Hint::SignatureDiffers { diagnosis },
            None => Hint::ReportSignature,
        }),
        "PublicEndpointForbidden" => Some(Hint::OtherEndpoint),
        _ => None,
    }
}

fn api_hints(error: &ApiError, object_key: Option<&ObjectKey>) -> Vec<Hint> {
    let own = match error {
        ApiError::Transport { source, .. } => transport_hint(source.kind()),
        ApiError::Status {
            status: 300..=399, ..
        } => Some(Hint::BaseUrlMoved),
        // A page where to buy more says what is wrong: the membership or the quota, and not the key.
        ApiError::Status {
            status: 400, words, ..
        } if words.purchase_link.is_none() => Some(Hint::KeyMayHaveExpired),
        ApiError::NotJson { .. } => Some(Hint::OtherServerAnswered),
        _ => None,
    };
    // What is not there cannot be bought.
    let words = error.words().filter(|_| error.http_status() != Some(404));
    let link = words.and_then(|words| words.purchase_link.clone());
    let link = link.map(|link| Hint::Buy { link });
    let stored = object_key.cloned();
    let stored = stored.map(|object_key| Hint::StoredAs { object_key });
    own.into_iter().chain(link).chain(stored).collect()
}

fn transport_hint(kind: TransportKind) -> Option<Hint> {
    match kind {
        TransportKind::Resolve => Some(Hint::CheckName),
        TransportKind::Connect => Some(Hint::CheckOnline),
        TransportKind::Tls => Some(Hint::CheckTls),
        _ => None,
    }
}
