//! `vectcut upload`: every file gets a result, and together they are the exit code.

mod reports;
mod round_trip;
mod site;
mod transfer;

use vectcut_upload::{Stop, Upload};

use crate::args::UploadArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress::Board;
use crate::settings::Environment;
use crate::talk::Talk;
use reports::Reports;
use site::Site;
use transfer::transfer;

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
    let interrupt = Interrupt::listen()
        .map_err(|error| Failure::internal("could not listen for signals", &error))?;
    let stop = Stop::new();
    let board = Board::new(talk, &args.files);
    let mut reports = Reports::new(args, talk, &board);
    match Site::open(args, environment, stop.clone()).await {
        Ok(site) => {
            transfer(args, &uploads(args), &site, &mut reports, &stop, interrupt).await?;
        }
        Err(failure) if failure.exit_code == ExitCode::Usage => return Err(failure),
        Err(failure) => reports.settle_all(&failure)?,
    }
    reports.finish()
}

fn uploads(args: &UploadArgs) -> Vec<Upload> {
    let uploads = args.files.iter().map(|path| {
        let mut upload = Upload::new(path);
        if let Some(name) = &args.name {
            upload = upload.name(name);
        }
        if let Some(content_type) = &args.content_type {
            upload = upload.content_type(content_type);
        }
        upload
    });
    uploads.collect()
}
