//! Why a file has no URL, with the keys of `error` in the JSON.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::failure::Failure;
use crate::words::Language;
use crate::words::codes;

/// Why, for programs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "error")]
pub(crate) struct FailureReport {
    /// A stable name. `vectcut explain` says what it means.
    #[schemars(schema_with = "code_schema")]
    code: &'static str,
    /// The step at which it ended: `read`, `init`, `put` or `complete`; null if the file had not begun.
    #[schemars(schema_with = "step_schema")]
    step: Option<String>,
    /// What failed and why, for people.
    #[schemars(length(min = 1))]
    message: String,
    /// What a person can do.
    hint: Option<String>,
    /// Whether the same command may succeed later without anyone changing anything.
    pub(super) retryable: bool,
    /// The status of the response.
    #[schemars(range(min = 100, max = 599))]
    http_status: Option<u16>,
    /// The code in OSS's error response.
    oss_code: Option<String>,
    /// OSS's request ID, for its support.
    request_id: Option<String>,
    /// The object key, if OSS has stored the bytes.
    object_key: Option<String>,
    /// The failure that was being retried when a budget, a signal or giving up ended the upload.
    last_cause: Option<String>,
}

fn code_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = codes::all().map(|code| code.name).collect();
    json_schema!({ "type": "string", "enum": names })
}

fn step_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["read", "init", "put", "complete", null] })
}

impl FailureReport {
    /// Returns what is known about a failure.
    pub(crate) fn new(failure: &Failure, language: Language) -> Self {
        Self {
            code: failure.code,
            step: failure.step.map(|step| step.to_string()),
            message: failure.message(language),
            hint: failure.hints_in(language),
            retryable: failure.retryable,
            http_status: failure.details.http_status,
            oss_code: failure.details.oss_code.clone(),
            request_id: failure.details.request_id.clone(),
            object_key: failure.details.object_key.clone(),
            last_cause: failure.details.last_cause.clone(),
        }
    }

    /// Returns why it failed, in one line.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns what a person can do.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}
