//! The uploads: the files that are complete at one moment go together, as those of one `vectcut upload` do.

use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use vectcut_upload::{Stop, StopReason, Upload};

use super::arrivals::Arrivals;
use crate::args::{OutputFormat, ProgressArg, WatchArgs};
use crate::clock;
use crate::commands::upload::exit::Ending as FileEnding;
use crate::commands::upload::reports::Reports;
use crate::commands::upload::transfer::transfer;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::output;
use crate::progress::{Board, Mode};
use crate::settings::{self, Environment};
use crate::site::Site;
use crate::stderr::Stderr;
use crate::watchdog;
use crate::words::failures;

/// The uploads of a run.
pub(super) struct Rounds {
    format: OutputFormat,
    progress: ProgressArg,
    jobs: usize,
    stderr: Stderr,
    /// The round that is under way. The watchdog ends it.
    current: Arc<Mutex<Option<Arc<Reports>>>>,
}

/// Whether the run goes on after a round.
pub(super) enum Ending {
    GoesOn,
    Over(ExitCode),
}

impl Rounds {
    /// Starts to listen for signals.
    ///
    /// # Errors
    ///
    /// Fails on wrong usage, and when the system does not let it listen.
    pub(super) fn new(
        args: &WatchArgs,
        environment: &Environment,
        stderr: &Stderr,
        stop: Stop,
    ) -> Result<Self, Failure> {
        let format = match settings::format(args.format, environment, output::is_terminal())? {
            // An array would never end.
            OutputFormat::Json => OutputFormat::Jsonl,
            format => format,
        };
        let rounds = Self {
            format,
            progress: args.progress,
            jobs: args.transfer.jobs.into(),
            stderr: stderr.clone(),
            current: Arc::default(),
        };
        let current = rounds.current.clone();
        let end_process = move |reason: StopReason| {
            let reports = current
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            let exit_code = reports.map_or(reason.into(), |reports| reports.end_now(reason));
            process::exit(exit_code as i32)
        };
        watchdog::start(None, stop, end_process)
            .map_err(|error| Failure::internal(failures::signals(), &error))?;
        Ok(rounds)
    }

    /// Uploads files and prints their results. Tells `arrivals` how each ended.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    pub(super) async fn upload(
        &self,
        paths: Vec<PathBuf>,
        site: &Site,
        arrivals: &mut Arrivals,
    ) -> Result<Ending, Failure> {
        let mode = Mode::choose(self.progress, None, &self.stderr)?;
        let board = Arc::new(Board::new(&self.stderr, &paths, mode, clock::now()));
        let inputs = Inputs::found(&paths);
        let reports = Arc::new(Reports::new(inputs, self.format, &self.stderr, board));
        self.set_current(Some(reports.clone()));
        let uploads: Vec<_> = reports
            .uploads()
            .map(|file| Upload::new(&file.path))
            .collect();
        transfer(self.jobs, &uploads, site, &reports).await?;
        let exit_code = reports.finish()?;
        self.set_current(None);
        let ends = reports.ends();
        for (path, end) in paths.iter().zip(&ends) {
            match end {
                None => {}
                Some(end) if end.ending == FileEnding::Uploaded => arrivals.uploaded(path),
                Some(end) => arrivals.failed(path, end.may_pass, clock::now()),
            }
        }
        // Without an accepted key no file can be uploaded.
        let refused = FileEnding::Failed(ExitCode::ApiKey);
        let is_refused = ends.iter().flatten().any(|end| end.ending == refused);
        Ok(match exit_code {
            ExitCode::Interrupted => Ending::Over(exit_code),
            _ if is_refused => Ending::Over(ExitCode::ApiKey),
            _ => Ending::GoesOn,
        })
    }

    fn set_current(&self, reports: Option<Arc<Reports>>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = reports;
    }
}
