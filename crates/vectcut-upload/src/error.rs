//! How an upload fails: at which step, for what reason, and what is left behind.

mod facts;
mod hint;

use std::{fmt, io, path::PathBuf, time::Duration};

use oss_client::{Crc64, ErrorReply, NameError, ObjectKey};
use vectcut_api::{ApiError, ProbeError};

use crate::{Step, StopReason};

pub(crate) use facts::in_one_line;
pub use hint::Hint;

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

/// What a path leads to instead of a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// A file that the system makes up while it is read, such as those under `/proc`.
    UnknownLength,
    /// Something else.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::UnknownLength => "a file whose length the system does not know",
            Self::Other => "not a regular file",
        })
    }
}

/// What programs ask an error, without the error: so that it can be told for several files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// [`UploadError::code`].
    pub code: &'static str,
    /// [`UploadError::step`].
    pub step: Step,
    /// [`UploadError::fault`].
    pub fault: Fault,
    /// [`UploadError::is_retryable`].
    pub is_retryable: bool,
    /// The error and its causes in one line.
    pub message: String,
}

/// How far a stopped upload was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes OSS has acknowledged.
    pub safe_bytes: u64,
    /// Whether a later run resumes from them. False without a state directory, or if it could not be written.
    pub is_kept: bool,
    /// Whether one run must send the whole file: the credentials allow no parts, which a later run could go on with.
    pub needs_one_run: bool,
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
        /// What it is.
        kind: FileKind,
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
    #[error("{}", match step { Step::Complete => "could not get the URL from VectCut", _ => "could not get upload credentials from VectCut" })]
    Api {
        /// Init or complete.
        step: Step,
        /// Where the object is, when it is there.
        object_key: Option<ObjectKey>,
        /// How the call failed.
        source: ApiError,
    },
    /// The backend named a bucket or object key that OSS cannot have. Nothing was sent to OSS.
    #[error("VectCut named a place that OSS cannot have")]
    Ticket {
        /// Which rule of OSS it breaks.
        source: NameError,
    },
    /// OSS wants V4, and the region to sign for is not known. Nothing is stored.
    #[error(
        "OSS no longer accepts V1 signatures, and the endpoint does not name the region that V4 needs"
    )]
    RegionUnknown,
    /// The upload credentials expired before the file was sent, and the new ones were for another object key, until
    /// starting over once more had no prospect.
    #[error("the upload credentials expire before `{object_key}` is sent")]
    CredentialsTooShort {
        /// The object key of the last try.
        object_key: ObjectKey,
    },
    /// Every run had to start over, so that another one has no prospect.
    #[error("the upload started over {starts} times and never finished")]
    NeverFinished {
        /// How often it was started, over all runs.
        starts: u32,
    },
    /// The caller's signal ended the upload.
    #[error("{reason}")]
    Stopped {
        /// Why.
        reason: StopReason,
        /// How far the upload was.
        progress: Progress,
        /// Where the object is, once it is proven to be stored.
        object_key: Option<ObjectKey>,
        /// The last failure that was being retried, in one line.
        last_cause: Option<String>,
        /// Whether the same command again has no prospect: OSS acknowledged nothing in this run, and the network or a
        /// server is why, or several runs in a row were like this one.
        is_hopeless: bool,
    },
    /// The same request failed for so long that the upload was given up.
    #[error("gave up after {attempts} {} in {} s", if *attempts == 1 { "attempt" } else { "attempts" }, after.as_secs())]
    GaveUp {
        /// How long nothing succeeded.
        after: Duration,
        /// How many requests failed meanwhile.
        attempts: u32,
        /// The last failure.
        #[source]
        last: Box<UploadError>,
    },
    /// Another file of the batch failed for a reason that holds for this one too. This one was not finished.
    #[error("not uploaded, because `{}` failed: {}", path.display(), cause.message)]
    BatchEnded {
        /// The file that failed.
        path: PathBuf,
        /// How it failed.
        cause: Cause,
        /// Where the object of this file is, once it is proven to be stored.
        object_key: Option<ObjectKey>,
    },
    /// The bytes did not all reach OSS, or no response came back.
    #[error("could not send `{object_key}` to OSS")]
    Send {
        /// Where the object was to go.
        object_key: ObjectKey,
        /// What happened.
        source: oss_client::Error,
    },
    /// OSS, or a proxy before it, refused a request.
    #[error("OSS refused `{object_key}`: {reply}")]
    Refused {
        /// Where the object was to go.
        object_key: ObjectKey,
        /// The response.
        reply: Box<ErrorReply>,
    },
    /// What OSS stored is not what was sent. Complete was not called.
    #[error("OSS stored `{object_key}` with CRC-64 {stored}, but the bytes sent have {sent}")]
    Corrupted {
        /// Where the damaged object is.
        object_key: ObjectKey,
        /// The CRC-64 of the bytes sent.
        sent: Crc64,
        /// The CRC-64 that OSS computed.
        stored: Crc64,
    },
    /// OSS did not report a checksum, so nothing proves the stored bytes. Complete was not called.
    #[error("OSS did not report the CRC-64 of `{object_key}`, so nothing proves that it is whole")]
    Unverified {
        /// Where the object is.
        object_key: ObjectKey,
    },
    /// A response of OSS was lost, and the URL did not show whether the object is whole. Nothing was forgotten.
    #[error("could not prove that `{object_key}` is stored")]
    Unproven {
        /// Where the object may be.
        object_key: ObjectKey,
        /// Why the URL did not show it. None if its host tells neither length nor checksum.
        source: Option<ProbeError>,
    },
    /// The URL expired before it could be used. The object is stored.
    #[error("VectCut gave a URL for `{object_key}` that has expired already")]
    UrlExpired {
        /// Where the object is.
        object_key: ObjectKey,
    },
    /// The ledger does not know the file, so there is no URL to renew.
    #[error("`{}` {}", path.display(), if *is_changed { "changed since it was uploaded" } else { "is not known to have been uploaded" })]
    NotUploaded {
        /// The file as it was given.
        path: PathBuf,
        /// Whether it was uploaded with other content.
        is_changed: bool,
    },
    /// VectCut knows no object with this key, or its URL shows none.
    #[error("VectCut knows no object `{object_key}`")]
    UnknownObject {
        /// The key that was asked for.
        object_key: ObjectKey,
        /// What VectCut responded. None if it gave a URL, and that shows no object.
        source: Option<ApiError>,
    },
    /// The URL does not name an object.
    #[error("the path of the URL names no object")]
    UrlWithoutKey,
    /// The URL shows another object than was uploaded.
    #[error("`{object_key}` is not what was uploaded any more")]
    Replaced {
        /// Where another object is.
        object_key: ObjectKey,
    },
    /// The new URL is valid, but not for as long as it should be.
    #[error("VectCut gave a URL for `{object_key}` that is valid for {} s, and {} s are wanted", left.as_secs(), wanted.as_secs())]
    UrlTooShort {
        /// Where the object is.
        object_key: ObjectKey,
        /// How long the URL is valid, by the backend's clock.
        left: Duration,
        /// How long it should be.
        wanted: Duration,
    },
    /// The program's own runtime stopped a task.
    #[error("a task of the program stopped")]
    Runtime {
        /// What the runtime said.
        source: io::Error,
    },
}

/// Category of a failure. The command maps it to an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The local file.
    File,
    /// The API key.
    ApiKey,
    /// The network, or a server that failed. It may work later.
    Network,
    /// The backend or OSS refused for good.
    Refused,
    /// What OSS stored is not what was sent, or nothing proves it.
    Integrity,
    /// The caller stopped it.
    Stopped,
    /// The program itself.
    Internal,
}

impl Fault {
    /// Returns whether a server refused for good, so that the same upload fails until somebody changes something.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::ApiKey | Self::Refused)
    }
}
