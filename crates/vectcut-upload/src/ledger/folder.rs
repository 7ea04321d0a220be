//! The ledger's folder: looked at without a lock, changed under one.
//!
//! All of this may wait for a disk, so it runs away from the tasks that serve connections. What fails is logged and
//! otherwise of no consequence: less is known, and more is sent again.

use std::{
    fs::{File, TryLockError},
    io,
    time::{Duration, SystemTime},
};

use super::{
    entry::{Entry, KEPT_FOR, Subject},
    shard,
};
use crate::{blocking::blocking, clock, state_dir::StateDir};

/// The file that is locked while a shard is changed. It is never removed.
const LOCK: &str = "lock";

/// Among how many files the entries lie: with 100,000 entries, one has about 100 kilobytes.
const SHARDS: u64 = 1024;

/// How long to wait for another process that changes a shard, which takes milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(1);

/// How long to wait before looking again.
const LOCK_POLL: Duration = Duration::from_millis(5);

/// How often the shards that nobody wrote to are looked at.
const SWEPT_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// The ledger in one state directory.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(StateDir);

impl Ledger {
    /// Opens the folder, and creates it if need be.
    ///
    /// # Errors
    ///
    /// As [`StateDir::open`].
    pub(crate) fn open(state_dir: &StateDir) -> io::Result<Self> {
        state_dir.folder("ledger").map(Self)
    }

    /// Returns what is known of a subject, the newest first. It reads one file.
    pub(crate) async fn look_up(&self, subject: &Subject) -> Vec<Entry> {
        let (ledger, subject) = (self.clone(), subject.clone());
        let entries = blocking(move || {
            let text = ledger.0.read(&name_of_shard(subject.hash()))?;
            io::Result::Ok(shard::of_subject(&text, &subject, clock::system()))
        });
        or_log(entries.await).unwrap_or_default()
    }

    /// Returns all entries. It reads all files.
    ///
    /// # Errors
    ///
    /// Fails when a file cannot be read.
    pub(crate) async fn all(&self) -> io::Result<Vec<Entry>> {
        let ledger = self.clone();
        blocking(move || {
            let mut entries = Vec::new();
            for number in 0..SHARDS {
                let text = ledger.0.read(&name(number))?;
                entries.extend(shard::all(&text, clock::system()));
            }
            Ok(entries)
        })
        .await?
    }

    /// Writes an entry, and waits for the disk no longer than `limit`.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the entry being written.
    pub(crate) async fn record(&self, entry: Entry, limit: Duration) {
        let ledger = self.clone();
        let recorded = blocking(move || ledger.write(&entry));
        if let Ok(result) = tokio::time::timeout(limit, recorded).await {
            or_log(result);
        }
    }

    fn write(&self, entry: &Entry) -> io::Result<()> {
        let name = name_of_shard(entry.subject.hash());
        let lock = self.lock()?;
        let now = clock::system();
        let text = self.0.read(&name)?;
        self.0.replace(&name, &shard::with(&text, entry, now))?;
        self.sweep(&lock, now)
    }

    /// Removes entries. Returns how many.
    ///
    /// # Errors
    ///
    /// Fails when a file cannot be read or written.
    pub(crate) async fn remove(
        &self,
        is_unwanted: impl Fn(&Entry) -> bool + Send + 'static,
    ) -> io::Result<usize> {
        let ledger = self.clone();
        blocking(move || {
            let _lock = ledger.lock()?;
            let (now, mut count) = (clock::system(), 0);
            for number in 0..SHARDS {
                let text = ledger.0.read(&name(number))?;
                let (text, removed) = shard::without(&text, &is_unwanted, now);
                if removed > 0 {
                    ledger.0.replace(&name(number), &text)?;
                }
                count += removed;
            }
            Ok(count)
        })
        .await?
    }

    /// Locks the ledger until the file is dropped. A file system without locks counts as locked: two processes may then
    /// lose each other's entry.
    fn lock(&self) -> io::Result<File> {
        let file = self.0.open_file(LOCK)?;
        let begun = clock::monotonic();
        while let Err(TryLockError::WouldBlock) = file.try_lock() {
            if clock::since(begun) > LOCK_WAIT {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            std::thread::sleep(LOCK_POLL);
        }
        Ok(file)
    }

    /// Once a day removes what nobody has written to for as long as an entry is kept: shards of old entries alone, and what
    /// a killed process left.
    fn sweep(&self, lock: &File, now: SystemTime) -> io::Result<()> {
        let age = |time: SystemTime| now.duration_since(time).unwrap_or_default();
        let last = lock.metadata()?;
        if last.len() > 0 && age(last.modified()?) < SWEPT_EVERY {
            return Ok(());
        }
        lock.set_len(1)?;
        lock.set_modified(now)?;
        for file in std::fs::read_dir(self.0.path(""))?.flatten() {
            let written = file.metadata().and_then(|metadata| metadata.modified());
            if file.file_name() != LOCK && written.is_ok_and(|time| age(time) > KEPT_FOR) {
                std::fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }
}

pub(super) fn name_of_shard(hash: u64) -> String {
    name(hash % SHARDS)
}

fn name(number: u64) -> String {
    format!("{number:03x}.ledger")
}

fn or_log<T>(result: io::Result<io::Result<T>>) -> Option<T> {
    match result.unwrap_or_else(Err) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::debug!(%error, "the ledger cannot be used");
            None
        }
    }
}
