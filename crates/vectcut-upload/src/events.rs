//! What an upload reports while it runs: the closed list for whoever shows progress.

use std::{fmt, path::PathBuf, time::Duration};

/// A step of an upload. An error names the one at which it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The local file is checked, before and after sending, and looked up in the ledger.
    Read,
    /// The backend is asked for a ticket.
    Init,
    /// The bytes are sent to OSS.
    Put,
    /// The backend is told that the object is there, and returns the URL.
    Complete,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Init => "init",
            Self::Put => "put",
            Self::Complete => "complete",
        })
    }
}

/// Something worth showing. No event holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A step begins.
    Step(Step),
    /// Another process uploads the same file; this one waits for it.
    Waiting,
    /// An earlier run sent some of the file, and that is not sent again.
    Resuming {
        /// How many bytes OSS has already.
        safe_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
    },
    /// The file changed since an earlier run began to send it. All of it is sent again.
    FileChanged,
    /// The ledger may know the content of the file, so it is read and compared. Comes after every few megabytes.
    Comparing {
        /// How many bytes are read.
        read_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
    },
    /// How far the file is. Comes several times a second while bytes are sent.
    Progress {
        /// How many bytes OSS has acknowledged. These are not sent again.
        safe_bytes: u64,
        /// These, and the bytes given to connections.
        sent_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
        /// How many connections send.
        streams: usize,
    },
    /// A request failed and is retried after `delay`.
    Retrying {
        /// What failed, in one line.
        reason: String,
        /// How long the wait is.
        delay: Duration,
        /// The step of the request. It tells which server failed.
        step: Step,
        /// Whether no connection to the server could be made.
        is_unreachable: bool,
        /// After what time without a success the upload is given up; `None` if the number of attempts decides.
        gives_up_in: Option<Duration>,
    },
    /// The credentials expired, and the backend issued new ones.
    CredentialsRenewed,
    /// This computer's clock is wrong. Requests are signed with the server's time from now on.
    ClockCorrected {
        /// By how many seconds the server's clock is ahead of this one's.
        offset_seconds: i64,
    },
    /// OSS no longer accepts V1 for this bucket. Requests are signed with V4 from now on.
    SignatureChanged,
    /// The credentials do not allow parts. The file is sent in one PUT, which cannot be resumed.
    PartsDenied,
    /// What was sent cannot be used any more. All of it is sent again.
    StartedOver {
        /// Why, in one line.
        reason: String,
    },
    /// Progress cannot be saved, so a later run cannot resume this upload.
    NotKept {
        /// Why, in one line.
        reason: String,
        /// The folder whose disk is full, if that is why.
        full: Option<PathBuf>,
    },
    /// The URL is good for a short time only.
    UrlExpiresSoon {
        /// How long, by the backend's clock.
        left: Duration,
    },
    /// OSS has the whole object.
    Stored,
}
