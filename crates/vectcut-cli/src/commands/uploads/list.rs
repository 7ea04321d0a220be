//! The list of uploads, for people and for programs. Links are secrets and not in it.

use std::fmt::Write as _;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::Serialize;
use vectcut_upload::{FinishedUpload, UnfinishedUpload};

use crate::amounts;
use crate::plain_text::escape_json;
use crate::result::iso_8601;
use crate::words::{Language, Text, uploads as say};
use crate::wrapping::wrapped;

/// Returns the list for people, the last upload first. With `columns`, those of a terminal, no line is longer.
pub(super) fn text(
    unfinished: &[UnfinishedUpload],
    finished: &[FinishedUpload],
    now: SystemTime,
    language: Language,
    columns: Option<usize>,
) -> String {
    let mut text = String::new();
    let mut line = |indent: &str, words: &Text| {
        let line = format!("{indent}{}", words.to(language));
        let line = match columns {
            Some(columns) => wrapped(&line, columns, 4),
            None => line,
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    if unfinished.is_empty() && finished.is_empty() {
        line("", &say::nothing());
    }
    if !unfinished.is_empty() {
        line("", &say::unfinished());
        for upload in unfinished {
            line(
                "  ",
                &Text::same(&upload.id).then(&of_unfinished(upload, now)),
            );
        }
        line("  ", &say::how_to_resume());
    }
    if !finished.is_empty() {
        line("", &say::finished());
        for upload in finished {
            line("  ", &of_finished(upload, now));
        }
        line("  ", &say::how_to_renew());
    }
    text
}

fn of_unfinished(upload: &UnfinishedUpload, now: SystemTime) -> Text {
    let words = match upload.is_stored {
        true => say::stored(upload.path.display()),
        false => {
            let done = amounts::bytes_of(upload.safe_bytes, upload.len_bytes);
            say::progress(upload.path.display(), done)
        }
    };
    let words = Text::same("  ")
        .then(&words)
        .then(&ago(upload.updated_at, now));
    match upload.is_in_use {
        true => words.then(&say::in_use()),
        false => words,
    }
}

fn of_finished(upload: &FinishedUpload, now: SystemTime) -> Text {
    let words = say::of_file(upload.path.display(), amounts::bytes(upload.len_bytes));
    let words = words.then(&ago(upload.uploaded_at, now));
    match upload.url_expires_at.map(|end| end.duration_since(now)) {
        Some(Ok(left)) => words.then(&say::link_expires_in(amounts::rough(left))),
        Some(Err(_)) => words.then(&say::link_expired()),
        None => words,
    }
}

fn ago(then: SystemTime, now: SystemTime) -> Text {
    match now.duration_since(then).unwrap_or_default() {
        age if age.as_secs() < 60 => say::just_now(),
        age => say::ago(amounts::rough(age)),
    }
}

/// What the state directory knows, the last upload first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "uploads")]
pub(crate) struct List {
    unfinished: Vec<Unfinished>,
    finished: Vec<Finished>,
}

/// An upload that a later run resumes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "unfinished")]
struct Unfinished {
    /// What `vectcut uploads resume` and `discard` take.
    id: String,
    local_file: String,
    name: String,
    file_size: u64,
    uploaded_bytes: u64,
    /// Whether OSS has all of it, and only the URL is missing.
    is_stored: bool,
    /// Whether a process works on it now.
    is_in_use: bool,
    object_key: Option<String>,
    updated_at: Option<String>,
}

/// An upload that succeeded.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "finished")]
struct Finished {
    local_file: String,
    name: String,
    file_size: u64,
    content_type: String,
    crc64: String,
    bucket_name: String,
    object_key: String,
    uploaded_at: Option<String>,
    url_expires_at: Option<String>,
}

/// Returns the list for programs.
///
/// # Errors
///
/// Never for texts and numbers.
pub(super) fn json(
    unfinished: &[UnfinishedUpload],
    finished: &[FinishedUpload],
) -> serde_json::Result<String> {
    let unfinished = unfinished.iter().map(|upload| Unfinished {
        id: upload.id.clone(),
        local_file: upload.path.display().to_string(),
        name: upload.name.clone(),
        file_size: upload.len_bytes,
        uploaded_bytes: upload.safe_bytes,
        is_stored: upload.is_stored,
        is_in_use: upload.is_in_use,
        object_key: upload.object_key.clone(),
        updated_at: iso_8601(upload.updated_at),
    });
    let finished = finished.iter().map(|upload| Finished {
        local_file: upload.path.display().to_string(),
        name: upload.name.clone(),
        file_size: upload.len_bytes,
        content_type: upload.content_type.clone(),
        crc64: upload.crc64.to_string(),
        bucket_name: upload.bucket.clone(),
        object_key: upload.object_key.clone(),
        uploaded_at: iso_8601(upload.uploaded_at),
        url_expires_at: upload.url_expires_at.and_then(iso_8601),
    });
    let list = List {
        unfinished: unfinished.collect(),
        finished: finished.collect(),
    };
    let list = serde_json::to_string_pretty(&list)?;
    Ok(format!("{}\n", escape_json(&list)))
}
