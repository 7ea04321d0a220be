//! What is kept across runs: the state directory, opened once, with its journals and its ledger.

use std::{io, path::PathBuf};

use crate::{
    Event,
    blocking::blocking,
    clock,
    journal::{Folder, Header, Note, Obstacle, Opened},
    ledger::Ledger,
    remembered::Remembered,
    state_dir::StateDir,
};

/// Where an uploader keeps what later runs need.
#[derive(Debug)]
pub(crate) struct Memory {
    journals: Journals,
    /// None without a state directory that can be used, or where the caller wants none.
    pub(crate) ledger: Option<Ledger>,
}

#[derive(Debug)]
enum Journals {
    Nowhere,
    In(Folder),
    Unusable(Obstacle),
}

impl Memory {
    /// Opens the state directory, and reads what earlier runs learned.
    pub(crate) async fn open(
        state_dir: Option<PathBuf>,
        wants_ledger: bool,
        remembered: &Remembered,
    ) -> Self {
        let Some(path) = state_dir else {
            return Self {
                journals: Journals::Nowhere,
                ledger: None,
            };
        };
        let shown = path.clone();
        let opened = blocking(move || {
            let state_dir = StateDir::open(&path)?;
            let folder = Folder::open(&state_dir)?;
            folder.sweep(clock::system());
            let ledger = wants_ledger.then(|| open_ledger(&state_dir)).flatten();
            io::Result::Ok((state_dir, folder, ledger))
        });
        match opened.await.unwrap_or_else(Err) {
            Ok((state_dir, folder, ledger)) => {
                remembered.load(state_dir).await;
                Self {
                    journals: Journals::In(folder),
                    ledger,
                }
            }
            Err(error) => {
                let what = format!("the state directory `{}` cannot be used", shown.display());
                Self {
                    journals: Journals::Unusable(Obstacle::of_disk(&what, &error, &shown)),
                    ledger: None,
                }
            }
        }
    }

    /// Opens the journal of an upload, and waits for another process that works on it.
    pub(crate) async fn journal(
        &self,
        header: &Header,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Opened {
        let opened = match &self.journals {
            Journals::Nowhere => Opened::nothing(),
            Journals::In(folder) => folder.journal(header, || on_event(Event::Waiting)).await,
            Journals::Unusable(obstacle) => Opened::not_kept(obstacle.clone()),
        };
        match &opened.note {
            Some(Note::FileChanged) => on_event(Event::FileChanged),
            Some(Note::NotKept(obstacle)) => on_event(Event::NotKept {
                reason: obstacle.reason.clone(),
                full: obstacle.full.clone(),
            }),
            None => {}
        }
        opened
    }

    /// Returns the folder of the journals, where there is one.
    pub(crate) fn folder(&self) -> Option<&Folder> {
        match &self.journals {
            Journals::In(folder) => Some(folder),
            Journals::Nowhere | Journals::Unusable(_) => None,
        }
    }
}

fn open_ledger(state_dir: &StateDir) -> Option<Ledger> {
    let ledger = Ledger::open(state_dir);
    ledger
        .inspect_err(|error| tracing::debug!(%error, "the ledger cannot be used"))
        .ok()
}
