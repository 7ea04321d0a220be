//! What the tools return: structured content, and the same as text.

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::Value;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::plain_text::escape_json;
use crate::result::FailureReport;
use crate::words::{Language, Text, exit_codes, mcp as say};

/// What a tool returns. Fields are only ever added.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Names the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    pub(super) status: Status,
    /// What to call next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<&'static str>,
    /// The exit code that `vectcut upload` would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit_meaning: Option<String>,
    /// Why the call failed, if that is not the fault of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<FailureReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<FileReport>,
}

/// How far an upload or a file is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// A file before its turn.
    Waiting,
    Running,
    #[default]
    Done,
    Failed,
    Stopped,
}

/// What is known of a file.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum FileReport {
    /// The result, as `vectcut upload` prints it.
    Ended(Value),
    Open {
        local_file: String,
        status: Status,
        step: Option<String>,
        /// How many bytes OSS has acknowledged.
        sent_bytes: u64,
        file_size: u64,
    },
}

impl Report {
    /// The report of an upload. It runs as long as it has no exit code.
    pub(super) fn of_batch(
        id: &str,
        exit_code: Option<ExitCode>,
        files: Vec<FileReport>,
        language: Language,
    ) -> Self {
        let status = match exit_code {
            None => Status::Running,
            Some(ExitCode::Success) => Status::Done,
            Some(ExitCode::Interrupted | ExitCode::BudgetEnded) => Status::Stopped,
            Some(_) => Status::Failed,
        };
        let is_running = status == Status::Running;
        Self {
            id: Some(id.to_owned()),
            status,
            next: is_running.then_some("call upload_status with this id; it waits for the result"),
            files,
            ..Self::ended(exit_code, language)
        }
    }

    /// The report of a call that failed before any file was concerned.
    pub(super) fn of_failure(failure: &Failure, language: Language) -> Self {
        Self {
            status: Status::Failed,
            error: Some(FailureReport::new(failure, language)),
            ..Self::ended(Some(failure.exit_code), language)
        }
    }

    fn ended(exit_code: Option<ExitCode>, language: Language) -> Self {
        Self {
            exit_code: exit_code.map(|code| code as u8),
            exit_meaning: exit_code.map(|code| meaning(code).to(language).to_owned()),
            ..Self::default()
        }
    }
}

impl From<Report> for CallToolResult {
    fn from(report: Report) -> Self {
        result(&report, report.status == Status::Failed)
    }
}

/// Returns the result of a call, as structured content and as text. The text keeps the order of the fields.
pub(super) fn result(report: &impl Serialize, is_error: bool) -> CallToolResult {
    // Plain data always becomes JSON.
    let text = serde_json::to_string(report).unwrap_or_default();
    let content = vec![ContentBlock::text(escape_json(&text))];
    let mut result = match is_error {
        true => CallToolResult::error(content),
        false => CallToolResult::success(content),
    };
    result.structured_content = serde_json::to_value(report).ok();
    result
}

fn meaning(code: ExitCode) -> Text {
    match code {
        ExitCode::Success => exit_codes::success(),
        ExitCode::Internal => say::exit_internal(),
        ExitCode::Usage => say::exit_usage(),
        ExitCode::ApiKey => say::exit_api_key(),
        ExitCode::LocalFile => say::exit_local_file(),
        ExitCode::Unavailable => say::exit_unavailable(),
        ExitCode::Refused => say::exit_refused(),
        ExitCode::Corrupted => say::exit_corrupted(),
        ExitCode::SomeFailed => exit_codes::some_failed(),
        ExitCode::BudgetEnded | ExitCode::Interrupted => say::exit_stopped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_call_is_a_tool_error_with_code_hint_and_meaning() {
        let failure = Failure::api_key_missing();
        let result: CallToolResult = Report::of_failure(&failure, Language::English).into();
        assert_eq!(result.is_error, Some(true));
        let content = result.structured_content.expect("structured");
        assert_eq!(content["exit_code"], 3);
        assert_eq!(content["error"]["code"], "api_key_missing");
        assert!(content["error"]["hint"].is_string(), "{content}");
        assert_eq!(content["exit_meaning"], "no API key, or VectCut refused it");
    }
}
