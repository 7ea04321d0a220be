//! Which files of a folder need no upload, on the disk: so the next start uploads what appeared meanwhile, and nothing
//! twice.
//!
//! The record holds paths and no secret. It is of a folder and a choice of its files, whatever the account. With another
//! `-r`, `--include` or `--exclude` more files may be meant: nobody has decided yet about those that are there already, so
//! such a start is a first one. Paths in it begin at the folder, which may be named in another way next time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use oss_client::Crc64Digest;
use serde::{Deserialize, Serialize};

use super::arrivals::{Files, Settled, Stamp};
use crate::args::WatchArgs;
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
    /// The watched folder as it was given: the paths of its files begin so.
    watched: PathBuf,
}

impl Record {
    /// Names the record of the folder and the files that these arguments mean.
    ///
    /// # Errors
    ///
    /// Fails when the folder is not there.
    pub(super) fn of(args: &WatchArgs, state_dir: &Path) -> io::Result<Self> {
        let watched = fs::canonicalize(&args.folder)?;
        let choice = (args.recursive, &args.include, &args.exclude);
        let mut digest = Crc64Digest::new();
        digest.update(watched.as_os_str().as_encoded_bytes());
        // No path holds a NUL.
        digest.update(b"\0");
        digest.update(&serde_json::to_vec(&choice)?);
        Ok(Self {
            folder: state_dir.join("watch"),
            name: format!("{:016x}.json", digest.value().value()),
            watched: args.folder.clone(),
        })
    }

    /// Reads the record. `None` when the folder was never watched, or the record is damaged.
    pub(super) fn read(&self) -> Option<Settled> {
        let bytes = fs::read(self.folder.join(&self.name)).ok()?;
        let written: Written = serde_json::from_slice(&bytes).ok()?;
        Some(Settled {
            uploaded: self.files(written.uploaded),
            left_alone: self.files(written.left_alone),
        })
    }

    /// Replaces the record.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written. The old record stays then.
    pub(super) fn write(&self, settled: &Settled) -> io::Result<()> {
        let bytes = serde_json::to_vec(&Written {
            uploaded: self.rows(&settled.uploaded),
            left_alone: self.rows(&settled.left_alone),
        })?;
        private_file::write(&self.folder, &self.name, &bytes)
    }

    /// Returns what JSON can hold. A path that is no text is forgotten with the run.
    fn rows(&self, files: &Files) -> Vec<Row> {
        let within = |(path, stamp): (&PathBuf, &Stamp)| {
            let path = path.strip_prefix(&self.watched).unwrap_or(path);
            path.to_str().map(|_| (path.to_owned(), *stamp))
        };
        files.iter().filter_map(within).collect()
    }

    fn files(&self, rows: Vec<Row>) -> Files {
        let from_folder = |(path, stamp)| (self.watched.join(path), stamp);
        rows.into_iter().map(from_folder).collect()
    }
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
    use clap::Parser as _;
    use tempfile::TempDir;

    use super::*;
    use crate::args::{Command, CommandLine};

    fn tempdir() -> TempDir {
        tempfile::tempdir().expect("a folder")
    }

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
            left_alone: Files::from([file("old.mp4", 1)]),
        }
    }

    /// The record of a command line such as `takes -r`.
    fn record(line: &[&str], state: &Path) -> Record {
        let line = ["vectcut", "watch"].iter().chain(line);
        let line = CommandLine::try_parse_from(line).expect("a command line");
        match line.command {
            Command::Watch(args) => Record::of(&args, state).expect("the folder is there"),
            _ => panic!("another command"),
        }
    }

    fn settled(record: &Record) -> Settled {
        let file = |name: &str| (record.watched.join(name), file(name, 1).1);
        Settled {
            uploaded: Files::from([file("a.mp4")]),
            left_alone: Files::from([file("old.mp4")]),
        }
    }

    #[test]
    fn a_record_is_read_by_the_next_start_also_when_it_names_the_folder_in_another_way() {
        let (state, takes) = (tempdir(), tempdir());
        let path = takes.path().to_str().expect("text");
        let first = record(&[path], state.path());
        assert_eq!(first.read(), None);
        first.write(&settled(&first)).expect("written");
        assert_eq!(first.read(), Some(settled(&first)));
        let same = record(&[&format!("{path}/.")], state.path());
        assert_eq!(same.read(), Some(settled(&same)));
        fs::write(first.folder.join(&first.name), "{").expect("damaged");
        assert_eq!(first.read(), None);
    }

    #[test]
    fn a_start_that_means_other_files_is_a_first_one() {
        let (state, takes, others) = (tempdir(), tempdir(), tempdir());
        let path = takes.path().to_str().expect("text");
        let first = record(&[path, "--include", "*.mp4"], state.path());
        first.write(&settled(&first)).expect("written");
        let other_lines: [&[&str]; 4] = [
            &[path],
            &[path, "-r", "--include", "*.mp4"],
            &[path, "--exclude", "*.mp4"],
            &[others.path().to_str().expect("text"), "--include", "*.mp4"],
        ];
        for line in other_lines {
            assert_eq!(record(line, state.path()).read(), None, "{line:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_does_not_keep_the_others_from_being_written() {
        use std::os::unix::ffi::OsStringExt as _;
        let (state, takes) = (tempdir(), tempdir());
        let record = record(&[takes.path().to_str().expect("text")], state.path());
        let no_text = std::ffi::OsString::from_vec(b"\xff.mp4".into());
        let mut with_it = settled(&record);
        let (path, stamp) = (record.watched.join(no_text), file("", 1).1);
        with_it.uploaded.insert(path, stamp);
        record.write(&with_it).expect("written");
        assert_eq!(record.read(), Some(settled(&record)));
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
