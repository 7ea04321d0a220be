//! The list of uploads, for people and for programs. Links are secrets and not in it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::Serialize;
use vectcut_upload::{FinishedUpload, UnfinishedUpload};

use crate::amounts;
use crate::inputs::{STDIN, is_spool};
use crate::plain_text::escape_json;
use crate::result::iso_8601;
use crate::settings::DEFAULT_BASE_URL;
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

/// Returns how an upload is named for people. The file of standard input is gone, so its name stands for it.
fn shown(path: &Path, name: &str) -> Text {
    match is_spool(path) {
        true => say::from_stdin(name),
        false => Text::same(path.display()),
    }
}

/// Returns the path of an upload for programs, as `vectcut upload` prints it.
fn local_file(path: &Path) -> String {
    match is_spool(path) {
        true => STDIN.to_owned(),
        false => path.display().to_string(),
    }
}

/// Returns the backend, if it is not VectCut's own.
fn elsewhere(base_url: &str) -> Option<Text> {
    let is_default = base_url.trim_end_matches('/') == DEFAULT_BASE_URL;
    (!is_default).then(|| say::at_server(base_url))
}

fn of_unfinished(upload: &UnfinishedUpload, now: SystemTime) -> Text {
    let words = match upload.is_stored {
        true => say::only_url_is_missing(),
        false => say::progress(amounts::bytes_of(upload.safe_bytes, upload.len_bytes)),
    };
    let words = Text::same("  ")
        .then(&shown(&upload.path, &upload.name))
        .then(&words)
        .then(&ago(upload.updated_at, now));
    let words = elsewhere(&upload.base_url).map_or(words.clone(), |server| words.then(&server));
    match upload.is_in_use {
        true => words.then(&say::in_use()),
        false => words,
    }
}

fn of_finished(upload: &FinishedUpload, now: SystemTime) -> Text {
    let words =
        shown(&upload.path, &upload.name).then(&say::of_size(amounts::bytes(upload.len_bytes)));
    let words = words.then(&ago(upload.uploaded_at, now));
    let expiry = match upload.url_expires_at.map(|end| end.duration_since(now)) {
        Some(Ok(left)) => Some(say::link_expires_in(amounts::rough(left))),
        Some(Err(_)) => Some(say::link_expired()),
        None => None,
    };
    // No file names it, so its key does.
    let key = is_spool(&upload.path).then(|| say::object_key(&upload.object_key));
    let more = [expiry, key, elsewhere(&upload.base_url)];
    more.iter()
        .flatten()
        .fold(words, |words, more| words.then(more))
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
    /// `-` is standard input, of which nothing is kept.
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
    base_url: String,
}

/// An upload that succeeded.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "finished")]
struct Finished {
    /// `-` is standard input.
    local_file: String,
    name: String,
    file_size: u64,
    content_type: String,
    crc64: String,
    bucket_name: String,
    object_key: String,
    uploaded_at: Option<String>,
    url_expires_at: Option<String>,
    base_url: String,
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
        local_file: local_file(&upload.path),
        name: upload.name.clone(),
        file_size: upload.len_bytes,
        uploaded_bytes: upload.safe_bytes,
        is_stored: upload.is_stored,
        is_in_use: upload.is_in_use,
        object_key: upload.object_key.clone(),
        updated_at: iso_8601(upload.updated_at),
        base_url: upload.base_url.clone(),
    });
    let finished = finished.iter().map(|upload| Finished {
        local_file: local_file(&upload.path),
        name: upload.name.clone(),
        file_size: upload.len_bytes,
        content_type: upload.content_type.clone(),
        crc64: upload.crc64.to_string(),
        bucket_name: upload.bucket.clone(),
        object_key: upload.object_key.clone(),
        uploaded_at: iso_8601(upload.uploaded_at),
        url_expires_at: upload.url_expires_at.and_then(iso_8601),
        base_url: upload.base_url.clone(),
    });
    let list = List {
        unfinished: unfinished.collect(),
        finished: finished.collect(),
    };
    let list = serde_json::to_string_pretty(&list)?;
    Ok(format!("{}\n", escape_json(&list)))
}
