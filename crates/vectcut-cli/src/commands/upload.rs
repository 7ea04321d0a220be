//! `vectcut upload`: every file gets a result, and together they make the exit code.

mod exit;
mod probes;
mod reports;
mod round_trip;
mod transfer;

use std::process;
use std::sync::Arc;

use vectcut_upload::{Stop, Upload};

use crate::args::UploadArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::progress::Board;
use crate::settings::Environment;
use crate::site::Site;
use crate::stderr::Stderr;
use crate::watchdog;
use crate::words::failures;
use reports::Reports;
use transfer::transfer;

/// Uploads the files.
///
/// # Errors
///
/// Fails on wrong usage, before anything is sent and with nothing on standard output, and when standard output cannot
/// be written. A file that failed is no error here: its result is printed.
pub(crate) async fn run(
    args: &UploadArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    if args.name.is_some() && args.files.len() > 1 {
        let what = failures::name_of_several();
        return Err(Failure::new(ExitCode::Usage, "usage", what));
    }
    let stop = Stop::new();
    if let Some(budget) = args.transfer.budget {
        stop.announce(budget);
    }
    let board = Arc::new(Board::new(stderr, &args.files));
    let reports = Arc::new(Reports::new(args, stderr, board));
    watch(args, stop.clone(), reports.clone())?;
    let site = match args.sandbox {
        true => Site::of_sandbox(&args.transfer, stop).await,
        false => Site::open(&args.servers, &args.transfer, environment, stop),
    };
    match site {
        Ok(site) => transfer(args, &uploads(args), &site, &reports).await?,
        Err(failure) if failure.exit_code == ExitCode::Usage => return Err(failure),
        Err(failure) => reports.settle_all(&failure)?,
    }
    reports.finish()
}

fn watch(args: &UploadArgs, stop: Stop, reports: Arc<Reports>) -> Result<(), Failure> {
    watchdog::start(args.transfer.budget, stop, move |reason| {
        process::exit(reports.end_now(reason) as i32)
    })
    .map_err(|error| Failure::internal(failures::signals(), &error))
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
