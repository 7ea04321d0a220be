//! `vectcut upload`: every file gets a result, and together they make the exit code.

mod batch;
mod dry_run;
pub(super) mod exit;
mod probes;
mod reports;
mod round_trip;
mod transfer;

use std::process;
use std::sync::Arc;

use vectcut_upload::{Stop, Upload};

use crate::args::UploadArgs;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::output;
use crate::progress::{Board, Mode};
use crate::settings::{self, Environment, spool_dir};
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
    let format = settings::format(args.format, environment, output::is_terminal())?;
    let spool_dir = spool_dir(args.transfer.state_dir.as_deref(), environment);
    let inputs = Inputs::find(&args.input, args.name.as_deref(), &spool_dir)?;
    if args.input.dry_run {
        return dry_run::print(args, format, &inputs, stderr);
    }
    let stop = Stop::new();
    if let Some(budget) = args.budget {
        stop.announce(budget);
    }
    let mode = Mode::choose(args.progress, args.progress_fd, stderr)?;
    let names: Vec<_> = inputs.files.iter().map(|file| file.given.clone()).collect();
    let board = Arc::new(Board::new(stderr, &names, mode, clock::now()));
    let reports = Arc::new(Reports::new(inputs, format, stderr, board));
    watch(args, stop.clone(), reports.clone())?;
    let site = match args.sandbox {
        true => Site::of_sandbox(&args.transfer, stop).await,
        false => Site::open(&args.servers, &args.transfer, environment, stop),
    };
    let ended = match site {
        Ok(site) => transfer(args, &uploads(args, &reports), &site, &reports).await,
        Err(failure) if failure.exit_code == ExitCode::Usage => Err(failure),
        Err(failure) => reports.settle_all(&failure),
    };
    reports.remove_spool();
    ended?;
    reports.finish()
}

fn watch(args: &UploadArgs, stop: Stop, reports: Arc<Reports>) -> Result<(), Failure> {
    watchdog::start(args.budget, stop, move |reason| {
        process::exit(reports.end_now(reason) as i32)
    })
    .map_err(|error| Failure::internal(failures::signals(), &error))
}

fn uploads(args: &UploadArgs, reports: &Reports) -> Vec<Upload> {
    let uploads = reports.uploads().map(|file| {
        let mut upload = Upload::new(&file.path).again(args.again);
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
