//! What an upload tells while it goes on: the closed list for whoever shows progress.

use std::{fmt, time::Duration};

/// A step of an upload, by which an error also says where it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The local file is looked at, before and after.
    Read,
    /// The backend is asked for a ticket.
    Init,
    /// The bytes go to OSS.
    Put,
    /// The backend is told, and names the URL.
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

/// Something worth telling. No event holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A step begins.
    Step(Step),
    /// Another process works on the same upload; this one waits for it.
    Waiting,
    /// What an earlier run has sent is not sent again.
    Resuming {
        /// How many bytes OSS has already.
        safe_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
    },
    /// The file changed since an earlier run began to send it; all of it is sent anew.
    FileChanged,
    /// How far the file is. Comes several times a second while bytes move.
    Progress {
        /// How many bytes OSS has acknowledged; these are never sent again.
        safe_bytes: u64,
        /// These and the bytes that were handed to connections.
        sent_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
        /// How many connections send.
        streams: usize,
    },
    /// Something failed that may pass; the same is tried again after `delay`.
    Retrying {
        /// What failed, in one line.
        reason: String,
        /// How long the wait is.
        delay: Duration,
    },
    /// The credentials ended, and new ones came.
    CredentialsRenewed,
    /// This computer's clock is off; requests are signed with the server's from now on.
    ClockCorrected {
        /// By how many seconds the server's clock is ahead of this one's.
        offset_seconds: i64,
    },
    /// OSS no longer takes V1 for this bucket; requests are signed with V4 from now on.
    SignatureChanged,
    /// The credentials do not allow an upload in parts; the file goes in one PUT, which cannot be continued when it is cut.
    PartsDenied,
    /// What was sent cannot be used any more; all of it is sent again.
    StartedOver {
        /// Why, in one line.
        reason: String,
    },
    /// What is sent cannot be kept across runs.
    NotKept {
        /// Why, in one line.
        reason: String,
    },
    /// OSS has the whole object, and its CRC-64 equals that of the bytes read.
    Stored,
}
