//! `vectcut uploads`: lists what the state directory knows, and resumes, discards or forgets it.

mod list;

use std::path::{Path, PathBuf};

use clap::Parser as _;
use vectcut_upload::{UnfinishedUpload, Uploads, UploadsError};

use crate::args::{Command, CommandLine, ReportFormat, UploadsAction, UploadsArgs};
use crate::commands::{upload, url};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::settings::{Environment, report_format, state_dir};
use crate::stderr::Stderr;
use crate::words::uploads as say;
use crate::{clock, output};
pub(crate) use list::List;

/// Runs the command.
///
/// # Errors
///
/// Fails when the state directory cannot be used, and when no such upload is known.
pub(crate) async fn run(
    args: &UploadsArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let folder = state_dir(args.state_dir.as_deref(), environment).ok_or_else(|| {
        let failure = Failure::new(ExitCode::Usage, "usage", say::no_state_dir());
        failure.hint(say::name_state_dir())
    })?;
    let uploads = Uploads::open(&folder)
        .await
        .map_err(|error| unusable(&error))?;
    match &args.action {
        None => list(args, &uploads, environment, stderr).await,
        Some(UploadsAction::Resume(wanted)) => {
            let found = unfinished(&uploads, &wanted.upload).await?;
            resume(&found, &folder, environment, stderr).await
        }
        Some(UploadsAction::Discard(wanted)) => {
            let found = unfinished(&uploads, &wanted.upload).await?;
            let discarded = uploads.discard(&found.id).await;
            discarded.map_err(|error| unusable(&error))?;
            stderr.note(&say::discarded(found.path.display()));
            Ok(ExitCode::Success)
        }
        Some(UploadsAction::Forget(wanted)) => {
            let object = url::object(&wanted.object)?;
            let forgotten = uploads.forget(&object).await;
            match forgotten.map_err(|error| unusable(&error))? {
                0 => Err(unknown(say::no_finished(url::shown(&wanted.object)))),
                count => {
                    let object = url::shown(&wanted.object);
                    stderr.note(&say::forgotten(object, count));
                    Ok(ExitCode::Success)
                }
            }
        }
    }
}

async fn list(
    args: &UploadsArgs,
    uploads: &Uploads,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let unfinished = uploads
        .unfinished()
        .await
        .map_err(|error| unusable(&error))?;
    let finished = uploads.finished().await.map_err(|error| unusable(&error))?;
    let default = match output::is_terminal() {
        true => ReportFormat::Text,
        false => ReportFormat::Json,
    };
    let format = report_format(args.format, environment, default)?;
    output::print(match format {
        ReportFormat::Text => list::text(
            &unfinished,
            &finished,
            clock::system(),
            stderr.language(),
            output::columns(),
        ),
        ReportFormat::Json => list::json(&unfinished, &finished)
            .map_err(|error| Failure::internal(say::state_dir_unusable(), &error))?,
    })?;
    Ok(ExitCode::Success)
}

/// Finds an unfinished upload by its ID or its file.
async fn unfinished(uploads: &Uploads, wanted: &str) -> Result<UnfinishedUpload, Failure> {
    let all = uploads
        .unfinished()
        .await
        .map_err(|error| unusable(&error))?;
    let path = Path::new(wanted);
    let path = path.canonicalize().unwrap_or_else(|_| PathBuf::from(path));
    let is_it = |upload: &UnfinishedUpload| upload.id == wanted || upload.path == path;
    all.into_iter()
        .find(is_it)
        .ok_or_else(|| unknown(say::no_unfinished(wanted)))
}

/// Uploads the file as the command did that did not finish.
async fn resume(
    upload: &UnfinishedUpload,
    state_dir: &Path,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let mut arguments: Vec<std::ffi::OsString> = vec!["vectcut".into(), "upload".into()];
    arguments.extend(["--name".into(), upload.name.clone().into()]);
    arguments.extend(["--content-type".into(), upload.content_type.clone().into()]);
    arguments.extend(["--state-dir".into(), state_dir.into(), "--".into()]);
    arguments.push(upload.path.clone().into());
    let line = CommandLine::try_parse_from(arguments)
        .map_err(|error| Failure::internal(say::state_dir_unusable(), &error))?;
    match line.command {
        Command::Upload(args) => upload::run(&args, environment, stderr).await,
        _ => Ok(ExitCode::Internal),
    }
}

fn unknown(what: crate::words::Text) -> Failure {
    Failure::new(ExitCode::LocalFile, "not_uploaded", what).hint(say::list_them())
}

fn unusable(error: &UploadsError) -> Failure {
    let what = say::state_dir_unusable();
    if let Some(folder) = error.full_disk() {
        return Failure::disk_full(what, folder, error);
    }
    let mut failure = Failure::new(ExitCode::LocalFile, "file_unreadable", what).because(error);
    failure.retryable = error.is_retryable();
    failure
}
