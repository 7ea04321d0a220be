//! The uploads: the files that are complete at one moment are one round, as those of one `vectcut upload` are.

use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vectcut_upload::{Stop, StopReason, Upload};

use crate::args::{OutputFormat, WatchArgs};
use crate::clock;
use crate::commands::upload::exit::{End, Ending};
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

/// The uploads of a run. Rounds may go on beside each other.
pub(super) struct Rounds {
    format: OutputFormat,
    jobs: usize,
    stderr: Stderr,
    board: Arc<Board>,
    /// The rounds that are under way. The watchdog ends them.
    current: Current,
}

type Current = Arc<Mutex<Vec<Arc<Reports>>>>;

/// The files of a round, and how each ended.
pub(super) struct Round {
    pub(super) files: Vec<(PathBuf, Option<End>)>,
}

impl Round {
    /// Returns whether the API key was refused. Without an accepted key no file can be uploaded.
    pub(super) fn is_refused(&self) -> bool {
        let refused = Ending::Failed(ExitCode::ApiKey);
        let mut ends = self.files.iter().filter_map(|(_, end)| end.as_ref());
        ends.any(|end| end.ending == refused)
    }
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
        let mode = Mode::choose(args.progress, None, stderr)?;
        let rounds = Self {
            format,
            jobs: args.transfer.jobs.into(),
            stderr: stderr.clone(),
            board: Arc::new(Board::new(stderr, mode, clock::now())),
            current: Arc::default(),
        };
        let current = rounds.current.clone();
        let end_process = move |reason: StopReason| {
            for round in std::mem::take(&mut *lock(&current)) {
                round.end_now(reason);
            }
            process::exit(ExitCode::from(reason) as i32)
        };
        watchdog::start(None, stop, end_process)
            .map_err(|error| Failure::internal(failures::signals(), &error))?;
        Ok(rounds)
    }

    /// Returns how many files may be uploaded at a time.
    pub(super) fn jobs(&self) -> usize {
        self.jobs
    }

    /// Uploads files and prints their results.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes every connection. Files without a result stay without one.
    pub(super) async fn upload(&self, paths: Vec<PathBuf>, site: &Site) -> Result<Round, Failure> {
        let inputs = Inputs::found(&paths);
        let board = self.board.clone();
        let reports = Arc::new(Reports::new(inputs, self.format, &self.stderr, board));
        lock(&self.current).push(reports.clone());
        let uploads: Vec<_> = reports
            .uploads()
            .map(|file| Upload::new(&file.path))
            .collect();
        transfer(self.jobs, &uploads, site, &reports).await?;
        reports.finish()?;
        lock(&self.current).retain(|round| !Arc::ptr_eq(round, &reports));
        Ok(Round {
            files: paths.into_iter().zip(reports.ends()).collect(),
        })
    }
}

fn lock(current: &Current) -> MutexGuard<'_, Vec<Arc<Reports>>> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}
