//! Standard error for programs: one JSON object a line. The types here are the contract; keys are only ever added.
//!
//! No object holds a secret or a URL.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plain_text::escape_json;
use crate::result::FailureReport;

/// One line. `event` names its kind.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A file began a step.
    Step(FileAt),
    /// How far a file is. Comes at least every five seconds for each file that has begun and has not ended.
    Progress(FileProgress),
    /// A request failed and is retried.
    Retrying(Retrying),
    /// A file ended. Its whole result is on standard output.
    End(End),
    /// All files ended.
    Summary(Summary),
    /// Something happened that a person may want to know.
    Note(Note),
    /// The run failed, or a file of it.
    Error(ErrorLine),
}

impl Line {
    /// Returns it with its line break.
    pub(crate) fn text(&self) -> String {
        // A struct of texts and numbers can always be written.
        let json = serde_json::to_string(self).unwrap_or_default();
        escape_json(&json) + "\n"
    }
}

/// Where a file is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FileAt {
    /// The path as it was given.
    pub(crate) file: String,
    /// `read`, `init`, `put` or `complete`; null before the first of them.
    pub(crate) step: Option<String>,
    /// Bytes that OSS has acknowledged. A later run does not send these again.
    pub(crate) safe_bytes: u64,
    /// These, and the bytes given to connections.
    pub(crate) sent_bytes: u64,
    /// The file's length; null while it is not known.
    pub(crate) len_bytes: Option<u64>,
}

/// How far a file is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FileProgress {
    /// Where it is.
    #[serde(flatten)]
    pub(crate) at: FileAt,
    /// Bytes per second over the last seconds; null while it is too early to tell.
    pub(crate) rate: Option<u64>,
    /// Seconds until all bytes are sent at this rate; null if nobody can tell.
    pub(crate) eta: Option<u64>,
}

/// A request failed and is retried.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Retrying {
    /// The path as it was given.
    pub(crate) file: String,
    /// The step of the request.
    pub(crate) step: String,
    /// What failed, in one line.
    pub(crate) reason: String,
    /// Milliseconds until the next attempt.
    pub(crate) delay_ms: u64,
    /// Milliseconds without a success after which the upload is given up; null if the number of attempts decides.
    pub(crate) gives_up_in_ms: Option<u64>,
}

/// A file ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct End {
    /// The path as it was given.
    pub(crate) file: String,
    /// The `status` of its result.
    pub(crate) status: &'static str,
    /// The `error.code` of its result; null if it is uploaded.
    pub(crate) code: Option<&'static str>,
}

/// All files ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// How many files there were. The following five add up to it.
    pub(crate) files: usize,
    /// Sent by this run alone.
    pub(crate) uploaded: usize,
    /// Begun by an earlier run; its status is `resumed` or `completed`.
    pub(crate) resumed: usize,
    /// Not sent, since they were up already.
    pub(crate) reused: usize,
    /// Not uploaded.
    pub(crate) failed: usize,
    /// Stopped by the time budget or a signal.
    pub(crate) stopped: usize,
    /// Bytes of the files that have a URL now.
    pub(crate) bytes: u64,
    /// How long the run took.
    pub(crate) elapsed_ms: u64,
}

/// Something that a person may want to know.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Note {
    /// In the language of the run.
    pub(crate) message: String,
}

/// A failure.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorLine {
    /// What could not be done, in the language of the run.
    pub(crate) what: String,
    /// Why, with the keys of `error` in a result.
    #[serde(flatten)]
    pub(crate) error: FailureReport,
}
