//! `--dry-run`: the files that would be uploaded, with their sizes. Nothing is sent, and no API key is needed.

use std::fmt::Write as _;
use std::fs;
use std::io;

use vectcut_upload::{SourceAction, UploadError};

use crate::amounts;
use crate::args::{OutputFormat, UploadArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::inputs::{Input, Inputs};
use crate::output;
use crate::plain_text::{escape_json, plain};
use crate::plan::{Entry, Plan};
use crate::result::FileResult;
use crate::stderr::Stderr;
use crate::words::notes;

/// Prints the files.
///
/// # Errors
///
/// Fails when standard output cannot be written.
pub(super) fn print(
    args: &UploadArgs,
    format: OutputFormat,
    inputs: &Inputs,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let mut exit_code = ExitCode::Success;
    let mut entries = Vec::new();
    for places in inputs.distinct() {
        let file = &inputs.files[places[0]];
        entries.push(entry(file, args.name.as_deref()).unwrap_or_else(|failure| {
            stderr.error(&failure);
            exit_code = failure.exit_code;
            Entry::NotFound(FileResult::not_published(
                &file.given,
                &failure,
                stderr.language(),
            ))
        }));
    }
    let sizes = entries.iter().filter_map(|entry| match entry {
        Entry::Found { file_size, .. } => Some(*file_size),
        Entry::NotFound(_) => None,
    });
    let sizes: Vec<u64> = sizes.collect();
    let plan = Plan {
        files: entries,
        total_files: sizes.len(),
        total_bytes: sizes.iter().sum(),
    };
    output::print(shown(&plan, format).map_err(|error| Failure::stdout(&error.into()))?)?;
    stderr.note(&notes::would_upload(
        plan.total_files,
        amounts::bytes(plan.total_bytes),
    ));
    Ok(exit_code)
}

fn entry(file: &Input, name: Option<&str>) -> Result<Entry, Failure> {
    let failed = |source| {
        let error = UploadError::Source {
            path: file.path.clone(),
            action: SourceAction::Find,
            source,
        };
        Failure::of_upload(&file.given, &error, None)
    };
    let metadata = fs::metadata(&file.path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(
            failed(io::ErrorKind::IsADirectory.into()).hint(crate::words::hints::name_files())
        );
    }
    let own_name = file.path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Entry::Found {
        local_file: file.given.display().to_string(),
        file_name: name.map_or_else(|| own_name.into_owned(), str::to_owned),
        file_size: metadata.len(),
    })
}

fn shown(plan: &Plan, format: OutputFormat) -> serde_json::Result<String> {
    let mut text = String::new();
    match format {
        OutputFormat::Json => text = escape_json(&serde_json::to_string_pretty(plan)?) + "\n",
        OutputFormat::Jsonl => {
            for entry in &plan.files {
                text += &(escape_json(&serde_json::to_string(entry)?) + "\n");
            }
        }
        OutputFormat::Url | OutputFormat::Text => {
            for entry in &plan.files {
                if let Entry::Found {
                    local_file,
                    file_size,
                    ..
                } = entry
                {
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{:>10}  {}",
                        amounts::bytes(*file_size),
                        plain(local_file)
                    );
                }
            }
        }
    }
    Ok(text)
}
