//! `vectcut upload`: every file gets a result, one after the other, and the worst of them is the exit code.

mod round_trip;
mod site;

use std::io;
use std::path::Path;
use std::pin::pin;

use vectcut_upload::{Event, Upload};

use crate::args::UploadArgs;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::progress::{Progress, TICK};
use crate::result::{FileResult, PublishedFile};
use crate::settings::Environment;
use crate::talk::Talk;
use site::Site;

/// Uploads the files.
///
/// # Errors
///
/// Fails on wrong usage, before anything is sent and with nothing on stdout, and when stdout cannot be written. A file
/// that failed is told here and accounted for on stdout.
pub(crate) async fn run(
    args: &UploadArgs,
    environment: &Environment,
    talk: &Talk,
) -> Result<ExitCode, Failure> {
    if args.name.is_some() && args.files.len() > 1 {
        let what = "`--name` names one file, and there are several";
        return Err(Failure::new(ExitCode::Usage, "usage", what));
    }
    let mut interrupt = Interrupt::listen()
        .map_err(|error| Failure::internal("could not listen for signals", &error))?;
    let mut output = Output::new(io::stdout(), args.format, args.files.len());

    let mut results = Vec::with_capacity(args.files.len());
    match Site::open(args, environment).await {
        Ok(site) => {
            for (index, path) in args.files.iter().enumerate() {
                let result = if results.contains(&ExitCode::Interrupted) {
                    Err(Failure::interrupted(path, None))
                } else {
                    let result = upload(args, path, &site, talk, &mut interrupt).await;
                    tell(&result, (index, args.files.len()), talk);
                    result
                };
                results.push(exit_code_of(&result));
                let result = as_data(path, result);
                output
                    .push(index, result)
                    .map_err(|error| Failure::stdout(&error))?;
            }
        }
        Err(failure) if failure.exit_code == ExitCode::Usage => return Err(failure),
        Err(failure) => {
            talk.tell(&failure);
            for (index, path) in args.files.iter().enumerate() {
                let result = FileResult::not_published(path, &failure);
                output
                    .push(index, result)
                    .map_err(|error| Failure::stdout(&error))?;
            }
            // One reason for all of them, which says more than that some failed.
            results.push(failure.exit_code);
        }
    }
    output.finish().map_err(|error| Failure::stdout(&error))?;
    Ok(exit_code(&results))
}

/// Uploads one file and shows its progress.
async fn upload(
    args: &UploadArgs,
    path: &Path,
    site: &Site,
    talk: &Talk,
    interrupt: &mut Interrupt,
) -> Result<PublishedFile, Failure> {
    let mut upload = Upload::new(path);
    if let Some(name) = &args.name {
        upload = upload.name(name);
    }
    if let Some(content_type) = &args.content_type {
        upload = upload.content_type(content_type);
    }

    let progress = Progress::new(talk, path, clock::now());
    let mut on_event = |event: Event| progress.event(&event, clock::now());
    let mut publishing = pin!(async {
        let published = site.uploader.upload(&upload, &mut on_event).await;
        let published = published.map_err(|error| Failure::of_upload(path, &error))?;
        let file = PublishedFile::new(&site.base_url, path, &published);
        if site.is_sandbox() {
            progress.comparing(clock::now());
            round_trip::compare(&site.oss, &file.public_signed_url, path).await?;
        }
        Ok(file)
    });
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            result = &mut publishing => return result,
            _ = ticks.tick() => progress.tick(clock::now()),
            _ = interrupt.signal() => return Err(Failure::interrupted(path, progress.step())),
        }
    }
}

/// Tells how one file ended; `(index, files)` is its place among all.
fn tell(result: &Result<PublishedFile, Failure>, (index, files): (usize, usize), talk: &Talk) {
    match result {
        Ok(file) => {
            let place = match files {
                1 => String::new(),
                _ => format!("[{}/{files}] ", index + 1),
            };
            talk.say(&format!("{place}{}", file.summary()));
        }
        Err(failure) => {
            talk.tell(failure);
            let left = files - index - 1;
            if failure.exit_code == ExitCode::Interrupted && left > 0 {
                talk.say(&format!("files not begun: {left}"));
            }
        }
    }
}

fn as_data(path: &Path, result: Result<PublishedFile, Failure>) -> FileResult {
    match result {
        Ok(file) => FileResult::Published(Box::new(file)),
        Err(failure) => FileResult::not_published(path, &failure),
    }
}

fn exit_code_of(result: &Result<PublishedFile, Failure>) -> ExitCode {
    match result {
        Ok(_) => ExitCode::Success,
        Err(failure) => failure.exit_code,
    }
}

/// The exit code of the run: an interrupt's, the only file's own, or that some of several failed.
fn exit_code(results: &[ExitCode]) -> ExitCode {
    match results {
        _ if results.contains(&ExitCode::Interrupted) => ExitCode::Interrupted,
        [only] => *only,
        several if several.iter().all(|code| *code == ExitCode::Success) => ExitCode::Success,
        _ => ExitCode::SomeFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_ends_with_its_own_code_and_several_with_one_for_all() {
        use ExitCode::{Interrupted, LocalFile, Refused, SomeFailed, Success};
        for (results, expected) in [
            (&[Success] as &[_], Success),
            (&[Refused], Refused),
            (&[Success, Success], Success),
            (&[Success, LocalFile], SomeFailed),
            (&[Refused, Refused], SomeFailed),
            (&[Refused, Interrupted, Interrupted], Interrupted),
        ] {
            assert_eq!(exit_code(results), expected, "{results:?}");
        }
    }
}
