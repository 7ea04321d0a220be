//! Writes a journal on a thread of its own, so that a slow disk never holds up the connections.

use std::{
    fs::File,
    io::{self, Seek, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    file::Chain,
    obstacle::Obstacle,
    record::{Header, Record},
};
use crate::policy::history::History;

/// The most that is written in one call: several records of a fast upload share one.
const WRITE_MAX_BYTES: usize = 64 * 1024;

/// What the thread is asked to do, in order.
enum Command {
    Append(Box<Record>),
    StartOver(History),
    Finish(Box<Record>),
    Remove,
    /// Tell when everything before is written.
    Flush(oneshot::Sender<()>),
    /// Close the file, so that its lock is free, and tell.
    Close(oneshot::Sender<()>),
}

/// The journal of one upload, or none where nothing can be kept.
#[derive(Debug)]
pub(crate) struct Journal {
    commands: Option<Sender<Command>>,
    failure: Failure,
}

/// Why the journal could not be written, once that happened.
type Failure = Arc<Mutex<Option<Obstacle>>>;

/// An open and locked journal file, and where it goes on.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) chain: Chain,
}

impl Journal {
    /// Returns a journal that keeps nothing.
    pub(crate) fn none() -> Self {
        Self {
            commands: None,
            failure: Failure::default(),
        }
    }

    /// Hands an open journal to its thread.
    pub(super) fn new(open: Open) -> io::Result<Self> {
        let (commands, work) = channel();
        let failure = Failure::default();
        let writer = Writer {
            open,
            failure: failure.clone(),
            lines: Vec::new(),
        };
        std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run(&work))?;
        Ok(Self {
            commands: Some(commands),
            failure,
        })
    }

    /// Appends a record.
    pub(crate) fn append(&self, record: Record) {
        self.send(Command::Append(Box::new(record)));
    }

    /// Drops all records but the header, and writes what happened so far.
    pub(crate) fn start_over(&self, history: History) {
        self.send(Command::StartOver(history));
    }

    /// Drops all records but the header, and writes this last one.
    pub(crate) fn finish(&self, record: Record) {
        self.send(Command::Finish(Box::new(record)));
    }

    /// Removes the file while its lock is held.
    pub(crate) fn remove(&self) {
        self.send(Command::Remove);
    }

    /// Waits until everything is written, but no longer than `limit`.
    pub(crate) async fn flush(&self, limit: Duration) {
        self.wait_for(Command::Flush, limit).await;
    }

    /// Waits until everything is written and the lock is free, but no longer than `limit`. Returns whether it is.
    pub(crate) async fn close(&self, limit: Duration) -> bool {
        self.wait_for(Command::Close, limit).await
    }

    /// Returns whether a later run can resume from what was appended.
    pub(crate) fn keeps(&self) -> bool {
        self.commands.is_some() && self.failure().is_none()
    }

    /// Returns why the journal could not be written.
    pub(crate) fn failure(&self) -> Option<Obstacle> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            // The thread ends after `Close` only, and nothing is to be kept then.
            let _ = commands.send(command);
        }
    }

    /// Returns whether the thread did it in time; also true when there is nothing to write.
    async fn wait_for(&self, command: fn(oneshot::Sender<()>) -> Command, limit: Duration) -> bool {
        if self.commands.is_none() {
            return true;
        }
        let (sender, receiver) = oneshot::channel();
        self.send(command(sender));
        tokio::time::timeout(limit, receiver).await.is_ok()
    }
}

/// The thread's side.
struct Writer {
    open: Open,
    failure: Failure,
    /// Lines that wait to be written together.
    lines: Vec<u8>,
}

impl Writer {
    fn run(mut self, work: &Receiver<Command>) {
        while let Ok(command) = work.recv() {
            let mut next = Some(command);
            while let Some(command) = next {
                if let Command::Close(done) = command {
                    self.write();
                    drop(self);
                    let _ = done.send(());
                    return;
                }
                self.obey(command);
                next = (self.lines.len() < WRITE_MAX_BYTES)
                    .then(|| work.try_recv().ok())
                    .flatten();
            }
            self.write();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Append(record) => {
                let line = self.open.chain.line(&*record);
                self.lines.extend_from_slice(&line);
            }
            Command::StartOver(history) => self.rewrite(&Record::History(history)),
            Command::Finish(record) => self.rewrite(&record),
            Command::Remove => {
                self.write();
                remove(&self.open.path);
            }
            Command::Flush(done) => {
                self.write();
                let _ = done.send(());
            }
            Command::Close(_) => {}
        }
    }

    fn rewrite(&mut self, record: &Record) {
        self.lines.clear();
        self.open.chain = Chain::default();
        let emptied = self.open.file.set_len(0);
        let emptied = emptied.and_then(|()| self.open.file.rewind());
        self.note(emptied);
        let header = self.open.chain.line(&self.open.header);
        let record = self.open.chain.line(record);
        self.lines.extend([header, record].concat());
    }

    fn write(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // After a failure the file may end in half a line; what would follow it could not be read.
        let has_failed = self
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        if !lines.is_empty() && !has_failed {
            let written = self.open.file.write_all(&lines);
            self.note(written);
        }
    }

    /// A full disk must not stop an upload. A later run cannot resume it from here.
    fn note(&self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            let folder = self.open.path.parent().unwrap_or(&self.open.path);
            let what = "the progress could not be written";
            let obstacle = Obstacle::of_disk(what, &error, folder);
            self.failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(obstacle);
        }
    }
}

/// Removes the journal at `path`; that it is gone already is fine.
pub(super) fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "a finished journal could not be removed");
    }
}
