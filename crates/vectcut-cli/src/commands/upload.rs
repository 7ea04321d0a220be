//! `vectcut upload`: every file gets a result, and together they make the exit code.

mod batch;
mod dry_run;
pub(super) mod exit;
pub(super) mod probes;
pub(super) mod reports;
mod round_trip;
mod stdin;
pub(super) mod transfer;

use std::process;
use std::sync::Arc;

use vectcut_upload::{Step, Stop, StopReason, Upload};

use crate::args::UploadArgs;
use crate::clipboard;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, NextRun};
use crate::inputs::{Inputs, SpoolWriter};
use crate::interrupt::Interrupt;
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
    let stdin = inputs.spool_writer()?;
    if args.input.dry_run {
        if let Some(stdin) = stdin {
            read_for_dry_run(stdin, &inputs).await?;
        }
        return dry_run::print(args, format, &inputs, stderr);
    }
    let stop = Stop::new();
    if let Some(budget) = args.budget {
        stop.announce(budget);
    }
    let mode = Mode::choose(args.progress, args.progress_fd, stderr)?;
    let board = Arc::new(Board::new(stderr, mode, clock::now()));
    let reports = Arc::new(Reports::new(inputs, format, stderr, board));
    watch(args, stop.clone(), reports.clone())?;
    let saved = match stdin {
        Some(stdin) => stdin::save_shown(stdin, stop.wait(), &reports).await,
        None => Ok(None),
    };
    let ended = match saved {
        Ok(None) => upload_all(args, environment, stop.clone(), &reports).await,
        Ok(Some(reason)) => return Ok(reports.end_now(reason)),
        Err(failure) => reports.settle_all(&failure),
    };
    reports.remove_spool();
    ended?;
    let exit_code = reports.finish()?;
    // Whoever ends a run does not want to wait for a clipboard.
    if args.copy && stop.requested().is_none() {
        clipboard::copy(&reports.links(), environment.session(), stderr).await;
    }
    Ok(exit_code)
}

async fn upload_all(
    args: &UploadArgs,
    environment: &Environment,
    stop: Stop,
    reports: &Reports,
) -> Result<(), Failure> {
    let site = match args.sandbox {
        true => Site::of_sandbox(&args.transfer, stop).await,
        false => Site::open(&args.servers, &args.transfer, environment, stop),
    };
    match site {
        Ok(site) => {
            transfer(
                args.transfer.jobs.into(),
                &uploads(args, reports),
                &site,
                reports,
            )
            .await
        }
        Err(failure) if failure.exit_code == ExitCode::Usage => Err(failure),
        Err(failure) => reports.settle_all(&failure),
    }
}

/// Saves standard input, because only its end tells its size.
async fn read_for_dry_run(stdin: SpoolWriter, inputs: &Inputs) -> Result<(), Failure> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::internal(failures::signals(), &error))?;
    let interrupted = async {
        interrupt.signal().await;
        StopReason::Interrupted
    };
    match stdin::save(stdin, interrupted).await? {
        None => Ok(()),
        Some(reason) => {
            let (path, step) = (&inputs.files[0].given, Some(Step::Read));
            Err(Failure::stopped(path, reason, step, 0, NextRun::Unknown))
        }
    }
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
