//! The table of exit codes, and the one place that maps a fault to one of them.

use vectcut_upload::{Fault, StopReason};

/// An exit code. A number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Every file is uploaded and has its URL.
    Success = 0,
    /// A fault of the program itself.
    Internal = 1,
    /// Wrong usage, settings that cannot be used included.
    Usage = 2,
    /// No API key, or the backend refused it.
    ApiKey = 3,
    /// A local file is missing, unreadable, or changed while it was being sent.
    LocalFile = 4,
    /// The network or a server kept failing. A later run may succeed.
    Unavailable = 5,
    /// The backend or OSS refused the request for good.
    Refused = 6,
    /// What OSS stored is not what was sent.
    Corrupted = 7,
    /// Files failed for different reasons.
    SomeFailed = 8,
    /// The time budget ended. The same command resumes.
    BudgetEnded = 75,
    /// A signal ended the command.
    Interrupted = 130,
}

impl From<Fault> for ExitCode {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::File => Self::LocalFile,
            Fault::ApiKey => Self::ApiKey,
            Fault::Network => Self::Unavailable,
            Fault::Refused => Self::Refused,
            Fault::Integrity => Self::Corrupted,
            // `Fault` may grow. A fault that is not known here cannot be explained.
            _ => Self::Internal,
        }
    }
}

impl From<StopReason> for ExitCode {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::BudgetEnded => Self::BudgetEnded,
            // This command gives no other reason.
            _ => Self::Interrupted,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
