//! What an upload tells while it goes on: the closed list for whoever shows progress.

use std::fmt;

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
    /// Bytes were handed to the connection; they count as stored only with [`Event::Stored`].
    Sending {
        /// How many of the file's bytes, from its start.
        sent_bytes: u64,
        /// The file's length in bytes.
        len_bytes: u64,
    },
    /// OSS no longer takes V1 for this bucket; the request goes again, signed with V4.
    SignatureChanged,
    /// OSS has the whole object, and its CRC-64 equals that of the bytes read.
    Stored,
}
