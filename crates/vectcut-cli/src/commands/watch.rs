//! `vectcut watch`: uploads the files that appear in a folder, as soon as each is complete.

mod arrivals;
mod folder;
mod record;
mod rounds;

use std::fs;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::sleep;
use vectcut_upload::Stop;

use crate::args::WatchArgs;
use crate::clock;
use crate::commands::upload::exit::Ending;
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
use rounds::{Round, Rounds};

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
    let found = folder.read().await?;
    let mut memory = Memory::of(args, environment, &found)?;
    stderr.note(&notes::watching(plain(&args.folder.to_string_lossy())));
    let settled = memory.arrivals.settled().left_alone.keys();
    // The record also has files that are gone for now.
    let left_alone = settled.filter(|path| found.contains_key(*path)).count();
    if left_alone > 0 {
        stderr.note(&notes::files_left_alone(left_alone));
    }
    memory.arrivals.observe(&found, clock::now());
    upload_arrivals(&folder, &changed, &mut memory, &rounds, &site, &stop).await
}

/// Uploads what is complete, beside what is being uploaded already, until something ends the run.
async fn upload_arrivals(
    folder: &Folder,
    changed: &Notify,
    memory: &mut Memory,
    rounds: &Rounds,
    site: &Site,
    stop: &Stop,
) -> Result<ExitCode, Failure> {
    let mut under_way = FuturesUnordered::new();
    let mut looking = pin!(look(
        folder,
        memory.arrivals.next_due(clock::now()),
        changed
    ));
    // How the run ends, once that is decided. The uploads that are under way end first.
    let mut over = None;
    loop {
        if over.is_none() {
            let due = memory.arrivals.begin(rounds.jobs(), clock::now());
            if !due.is_empty() {
                under_way.push(rounds.upload(due, site));
            }
        } else if under_way.is_empty()
            && let Some(over) = over
        {
            return over;
        }
        tokio::select! {
            biased;
            Some(round) = under_way.next() => {
                let round: Round = round?;
                memory.take(&round);
                if round.is_refused() {
                    over.get_or_insert(Ok(ExitCode::ApiKey));
                }
            }
            reason = stop.wait(), if over.is_none() => over = Some(Ok(reason.into())),
            looked = &mut looking, if over.is_none() => {
                match looked {
                    Ok(Some(found)) => memory.arrivals.observe(&found, clock::now()),
                    Ok(None) => {}
                    Err(failure) => over = Some(Err(failure)),
                }
                looking.set(look(folder, memory.arrivals.next_due(clock::now()), changed));
            }
        }
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

/// Waits for a change of the folder, for the time `due`, or for the time to look by itself, and reads the folder. A
/// folder in it may go while it is read: then there is nothing new. Only the loss of the folder itself is an error.
async fn look(
    folder: &Folder,
    due: Option<Instant>,
    changed: &Notify,
) -> Result<Option<Files>, Failure> {
    let left = due.map(|due| due.saturating_duration_since(clock::now()));
    tokio::select! {
        () = changed.notified() => sleep(AFTER_CHANGE).await,
        () = sleep(left.unwrap_or(READ_EVERY).min(READ_EVERY)) => {}
    }
    match folder.read().await {
        Err(failure) if folder.is_there() => {
            tracing::warn!(
                failure = failure.message(Language::English),
                "could not read the folder this time"
            );
            Ok(None)
        }
        read => read.map(Some),
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

    fn take(&mut self, round: &Round) {
        for (path, end) in &round.files {
            match end {
                Some(end) if end.ending == Ending::Uploaded => self.arrivals.uploaded(path),
                end => {
                    let may_pass = end.as_ref().is_some_and(|end| end.may_pass);
                    self.arrivals.failed(path, may_pass, clock::now());
                }
            }
        }
        self.save();
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
