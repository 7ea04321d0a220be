//! Which files of a folder need no upload, on the disk: so the next start uploads what appeared meanwhile, and nothing
//! twice.
//!
//! The record holds paths and no secret. It is of a folder, whatever the account.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use oss_client::Crc64Digest;
use serde::{Deserialize, Serialize};

use super::arrivals::{Files, Settled, Stamp};
use crate::private_file;

/// A file that is not in the folder any more is forgotten this long after its last change, as in the ledger.
const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A file as the record has it.
type Row = (PathBuf, Stamp);

/// What the record's file holds.
#[derive(Serialize, Deserialize)]
struct Written {
    uploaded: Vec<Row>,
    left_alone: Vec<Row>,
}

/// The record of one folder.
pub(super) struct Record {
    folder: PathBuf,
    name: String,
}

impl Record {
    /// Names the record of a folder; `watched` is its path without links.
    pub(super) fn of(watched: &Path, state_dir: &Path) -> Self {
        let mut digest = Crc64Digest::new();
        digest.update(watched.as_os_str().as_encoded_bytes());
        Self {
            folder: state_dir.join("watch"),
            name: format!("{:016x}.json", digest.value().value()),
        }
    }

    /// Reads the record. `None` when the folder was never watched, or the record is damaged.
    pub(super) fn read(&self) -> Option<Settled> {
        let bytes = fs::read(self.folder.join(&self.name)).ok()?;
        let written: Written = serde_json::from_slice(&bytes).ok()?;
        Some(Settled {
            uploaded: written.uploaded.into_iter().collect(),
            left_alone: written.left_alone.into_iter().collect(),
        })
    }

    /// Replaces the record.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written. The old record stays then.
    pub(super) fn write(&self, settled: &Settled) -> io::Result<()> {
        let bytes = serde_json::to_vec(&Written {
            uploaded: rows(&settled.uploaded),
            left_alone: rows(&settled.left_alone),
        })?;
        private_file::write(&self.folder, &self.name, &bytes)
    }
}

/// Returns what JSON can hold. A path that is no text is forgotten with the run.
fn rows(files: &Files) -> Vec<Row> {
    let files = files.iter().filter(|(path, _)| path.to_str().is_some());
    files.map(|(path, stamp)| (path.clone(), *stamp)).collect()
}

/// Returns a record without the files that are long gone. A folder may be empty for a while, because its disk is not
/// there.
pub(super) fn without_gone(mut settled: Settled, found: &Files, now: SystemTime) -> Settled {
    let is_kept = |path: &PathBuf, stamp: &mut Stamp| {
        let age = now.duration_since(stamp.modified).unwrap_or_default();
        found.contains_key(path) || age < KEPT_FOR
    };
    settled.uploaded.retain(is_kept);
    settled.left_alone.retain(is_kept);
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, days: u64) -> (PathBuf, Stamp) {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 24 * 60 * 60);
        let stamp = Stamp {
            len_bytes: days,
            modified,
        };
        (path.into(), stamp)
    }

    fn uploaded(files: &[(PathBuf, Stamp)]) -> Settled {
        Settled {
            uploaded: files.iter().cloned().collect(),
            left_alone: Files::from([file("/recordings/old.mp4", 1)]),
        }
    }

    #[test]
    fn a_record_is_read_by_the_next_start() {
        let state = tempfile::tempdir().expect("a folder");
        let record = Record::of(Path::new("/recordings"), state.path());
        assert_eq!(record.read(), None);
        let settled = uploaded(&[file("/recordings/a.mp4", 1), file("/recordings/b.mp4", 2)]);
        record.write(&settled).expect("written");
        let next = Record::of(Path::new("/recordings"), state.path());
        assert_eq!(next.read(), Some(settled));
        let other = Record::of(Path::new("/others"), state.path());
        assert_eq!(other.read(), None);
        fs::write(record.folder.join(&record.name), "{").expect("damaged");
        assert_eq!(record.read(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_does_not_keep_the_others_from_being_written() {
        use std::os::unix::ffi::OsStringExt as _;
        let state = tempfile::tempdir().expect("a folder");
        let record = Record::of(Path::new("/recordings"), state.path());
        let no_text = std::ffi::OsString::from_vec(b"/recordings/\xff.mp4".into());
        let (text, stamp) = file("/recordings/a.mp4", 1);
        let settled = uploaded(&[(text.clone(), stamp), (no_text.into(), stamp)]);
        record.write(&settled).expect("written");
        assert_eq!(record.read(), Some(uploaded(&[(text, stamp)])));
    }

    #[test]
    fn only_files_that_are_long_gone_are_forgotten() {
        let now = file("", 200).1.modified;
        let settled = uploaded(&[file("old", 1), file("old-gone", 1), file("new-gone", 199)]);
        let found = Files::from([file("old", 1)]);
        let kept = without_gone(settled, &found, now);
        let names: Vec<_> = kept.uploaded.keys().collect();
        assert_eq!(names, [Path::new("new-gone"), Path::new("old")]);
        assert_eq!(kept.left_alone, Files::new());
    }
}
