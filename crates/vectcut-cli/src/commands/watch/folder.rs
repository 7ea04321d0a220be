//! The folder: what it holds, and when it changes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use notify::{EventKind, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use super::arrivals::{Files, Stamp};
use crate::args::WatchArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::inputs::folder::{self, Depth, Filter};
use crate::words::failures;

/// The names of unfinished files in browsers and in programs that copy end so. Each gets its own name when it is complete.
const UNFINISHED: [&str; 6] = [".part", ".partial", ".crdownload", ".download", ".tmp", "~"];

/// A folder, and which of its files are meant.
pub(super) struct Folder {
    path: PathBuf,
    depth: Depth,
    filter: Arc<Filter>,
}

impl Folder {
    /// # Errors
    ///
    /// Fails with wrong usage for a pattern that cannot be one.
    pub(super) fn new(args: &WatchArgs) -> Result<Self, Failure> {
        Ok(Self {
            path: args.folder.clone(),
            depth: match args.recursive {
                true => Depth::All,
                false => Depth::One,
            },
            filter: Arc::new(Filter::new(&args.include, &args.exclude)?),
        })
    }

    /// Returns the files in it, with what tells their contents apart. The walk runs on a thread that may block.
    ///
    /// # Errors
    ///
    /// Fails when it or a folder in it cannot be read.
    pub(super) async fn read(&self) -> Result<Files, Failure> {
        let (path, depth, filter) = (self.path.clone(), self.depth, self.filter.clone());
        let read = spawn_blocking(move || {
            let mut files = folder::files(&path, &filter, depth)?;
            files.retain(|path| !is_unfinished(path));
            // One that has gone meanwhile has no stamp.
            let stamped = files.into_iter().filter_map(|path| {
                let stamp = stamp(&path)?;
                Some((path, stamp))
            });
            Ok(stamped.collect())
        });
        match read.await {
            Ok(read) => read,
            Err(error) => Err(unreadable(&self.path, &io::Error::other(error))),
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.path.is_dir()
    }

    /// Lets `changed` know of changes, as long as the returned value lives. Reports may be lost or come late.
    ///
    /// # Errors
    ///
    /// Fails where the system cannot report changes, or has too many folders to report on.
    pub(super) fn report_changes(
        &self,
        changed: &Arc<Notify>,
    ) -> notify::Result<notify::RecommendedWatcher> {
        let changed = changed.clone();
        // Reading the folder is reported too: answered by reading it again, it would never end.
        let is_of_reading = |report: &notify::Result<notify::Event>| {
            let event = report.as_ref();
            event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_)))
        };
        // Whatever else the report says, the folder is read again.
        let mut watcher = notify::recommended_watcher(move |report| {
            if !is_of_reading(&report) {
                changed.notify_one();
            }
        })?;
        let mode = match self.depth {
            Depth::All => RecursiveMode::Recursive,
            Depth::One => RecursiveMode::NonRecursive,
        };
        watcher.watch(&self.path, mode)?;
        Ok(watcher)
    }
}

/// Returns the failure of a folder that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => "file_missing",
        _ => "file_unreadable",
    };
    let what = failures::read_folder(path.display());
    Failure::new(ExitCode::LocalFile, code, what).because(error)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    Some(Stamp {
        len_bytes: metadata.len(),
        modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    })
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_a_browser_has_not_finished_is_known_by_its_name() {
        for name in [
            "clip.mp4.part",
            "clip.MP4.CRDOWNLOAD",
            "clip.tmp",
            "notes.txt~",
        ] {
            assert!(is_unfinished(Path::new(name)), "{name}");
        }
        for name in ["clip.mp4", "part.mp4", "tmp"] {
            assert!(!is_unfinished(Path::new(name)), "{name}");
        }
    }
}
