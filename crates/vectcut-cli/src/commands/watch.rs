//! `vectcut watch`: uploads the files that appear in a folder, as soon as each is complete.

mod arrivals;
mod folder;
mod record;
mod rounds;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use vectcut_upload::Stop;

use crate::args::WatchArgs;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::plain_text::plain;
use crate::settings::{Environment, state_dir};
use crate::site::Site;
use crate::stderr::Stderr;
use crate::words::{Language, failures, hints, notes};
use arrivals::{Arrivals, Files, Settled};
use folder::Folder;
use record::Record;
use rounds::{Ending, Rounds};

/// How often the folder is read when the system reports no change of it: network drives report none.
const READ_EVERY: Duration = Duration::from_secs(5);
/// How long after a change it is read: a file that is being written changes all the time.
const AFTER_CHANGE: Duration = Duration::from_millis(250);

/// Watches the folder until a signal ends the command.
///
/// # Errors
///
/// Fails on wrong usage, without an API key, when the folder cannot be read, and when standard output cannot be written.
pub(crate) async fn run(
    args: &WatchArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let folder = open(args)?;
    let stop = Stop::new();
    let rounds = Rounds::new(args, environment, stderr, stop.clone())?;
    let site = Site::open(&args.servers, &args.transfer, environment, stop.clone())?;
    let changed = Arc::new(Notify::new());
    // Dropping the watcher ends its reports.
    let watcher = folder.report_changes(&changed);
    if let Err(error) = &watcher {
        tracing::info!(%error, "the system reports no changes of this folder");
    }
    let mut found = folder.read().await?;
    let mut memory = Memory::of(args, environment, &found)?;
    stderr.note(&notes::watching(plain(&args.folder.to_string_lossy())));
    let left_alone = memory.arrivals.settled().left_alone.len();
    if left_alone > 0 {
        stderr.note(&notes::files_left_alone(left_alone));
    }
    loop {
        let due = memory.arrivals.observe(&found, clock::now());
        if !due.is_empty() {
            if let Ending::Over(exit_code) = rounds.upload(due, &site, &mut memory.arrivals).await?
            {
                memory.save();
                return Ok(exit_code);
            }
            memory.save();
        }
        tokio::select! {
            biased;
            reason = stop.wait() => return Ok(reason.into()),
            () = until_next(&memory.arrivals, &changed) => {}
        }
        found = read_again(&folder, found).await?;
    }
}

fn open(args: &WatchArgs) -> Result<Folder, Failure> {
    let path = &args.folder;
    let shown = plain(&path.to_string_lossy());
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Folder::new(args),
        Ok(_) => {
            let what = failures::not_a_folder(&shown);
            let failure = Failure::new(ExitCode::Usage, "usage", what);
            Err(failure.hint(hints::upload_it(&shown)))
        }
        Err(error) => Err(folder::unreadable(path, &error)),
    }
}

/// Reads the folder again. A folder in it may go while it is read, so only the loss of the folder itself is an error.
async fn read_again(folder: &Folder, before: Files) -> Result<Files, Failure> {
    match folder.read().await {
        Err(failure) if folder.is_there() => {
            tracing::warn!(
                failure = failure.message(Language::English),
                "could not read the folder this time"
            );
            Ok(before)
        }
        read => read,
    }
}

/// Waits for a change of the folder, for the next file to be complete, or for the time to look by itself.
async fn until_next(arrivals: &Arrivals, changed: &Notify) {
    let now = clock::now();
    let due = arrivals
        .next_due()
        .map(|due| due.saturating_duration_since(now));
    tokio::select! {
        () = changed.notified() => sleep(AFTER_CHANGE).await,
        () = sleep(due.unwrap_or(READ_EVERY).min(READ_EVERY)) => {}
    }
}

/// What is known of the files, in this run and in later ones.
struct Memory {
    arrivals: Arrivals,
    record: Option<Record>,
}

impl Memory {
    fn of(args: &WatchArgs, environment: &Environment, found: &Files) -> Result<Self, Failure> {
        let state_dir = match args.transfer.no_ledger {
            true => None,
            false => state_dir(args.transfer.state_dir.as_deref(), environment),
        };
        let record = match state_dir {
            Some(state_dir) => {
                let record = Record::of(args, &state_dir);
                Some(record.map_err(|error| folder::unreadable(&args.folder, &error))?)
            }
            None => None,
        };
        let recorded = record.as_ref().and_then(Record::read);
        let mut settled = match recorded {
            Some(recorded) => record::without_gone(recorded, found, clock::system()),
            None => Settled {
                left_alone: found.clone(),
                ..Settled::default()
            },
        };
        if args.existing {
            settled.left_alone.clear();
        }
        let memory = Self {
            arrivals: Arrivals::new(settled, args.settle),
            record,
        };
        memory.save();
        Ok(memory)
    }

    /// Without the record the next start is as the first one, and that is all.
    fn save(&self) {
        if let Some(record) = &self.record
            && let Err(error) = record.write(self.arrivals.settled())
        {
            tracing::warn!(%error, "what was uploaded of this folder cannot be saved");
        }
    }
}
