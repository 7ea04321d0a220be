//! Which files an ID stands for, on the disk: so the next server takes up what this one leaves unfinished.
//!
//! A record holds paths and no secret. What was sent is in the journal of each file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use oss_client::Crc64Digest;
use serde::{Deserialize, Serialize};

use crate::private_file;

/// Older records are removed. The journals of unfinished uploads do not live longer either.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

const PREFIX: &str = "up_";

/// The folder of the records; none when the server has no state directory.
pub(super) struct Records {
    folder: Option<PathBuf>,
}

/// What an ID stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) files: Vec<Asked>,
    pub(super) is_cancelled: bool,
}

/// A file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// As it was given.
    pub(super) given: PathBuf,
    /// Where it is, without links.
    pub(super) path: PathBuf,
}

impl Asked {
    /// A path that nobody has looked at yet.
    pub(super) fn new(given: impl Into<PathBuf>) -> Self {
        let given = given.into();
        Self {
            path: given.clone(),
            given,
        }
    }
}

/// Returns the ID of these files. The same files in the same order have the same ID.
pub(super) fn id(files: &[Asked]) -> String {
    let mut digest = Crc64Digest::new();
    for file in files {
        for path in [&file.given, &file.path] {
            digest.update(path.as_os_str().as_encoded_bytes());
            digest.update(&[0]);
        }
    }
    format!("{PREFIX}{:016x}", digest.value().value())
}

impl Records {
    /// Uses the folder for records in the state directory, and removes those that are too old at `now`.
    pub(super) fn in_state_dir(state_dir: Option<&Path>, now: SystemTime) -> Self {
        let records = Self {
            folder: state_dir.map(|state_dir| state_dir.join("mcp")),
        };
        records.sweep(now);
        records
    }

    /// Writes a record. Without it a later server does not know the ID, and that is all.
    pub(super) fn write(&self, id: &str, record: &Record) {
        let Some(folder) = &self.folder else { return };
        let written = serde_json::to_vec(record)
            .map_err(io::Error::from)
            .and_then(|bytes| private_file::write(folder, &file_name(id), &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "the ID of an upload cannot be saved");
        }
    }

    /// Reads a record. A damaged one counts as none.
    pub(super) fn read(&self, id: &str) -> Option<Record> {
        let folder = self.folder.as_ref()?;
        let bytes = is_id(id).then(|| fs::read(folder.join(file_name(id))))?;
        serde_json::from_slice(&bytes.ok()?).ok()
    }

    fn sweep(&self, now: SystemTime) {
        let entries = self
            .folder
            .as_ref()
            .and_then(|folder| fs::read_dir(folder).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let age = modified
                .ok()
                .and_then(|modified| now.duration_since(modified).ok());
            if age.is_some_and(|age| age > KEPT_FOR) {
                // Another server may have been faster.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Returns whether a text can be an ID. It becomes a file name.
fn is_id(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|digits| {
        digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn file_name(id: &str) -> String {
    format!("{id}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            files: vec![Asked::new("/videos/a.mp4"), Asked::new("/videos/b.mp4")],
            is_cancelled: false,
        }
    }

    #[test]
    fn the_same_files_have_the_same_id() {
        let (one, same) = (id(&record().files), id(&record().files));
        assert_eq!(one, same);
        assert!(is_id(&one), "{one}");
        assert_ne!(one, id(&record().files[..1]));
        // Two names are never read as one.
        assert_ne!(
            id(&[Asked::new("a"), Asked::new("b")]),
            id(&[Asked::new("ab"), Asked::new("")])
        );
    }

    #[test]
    fn a_record_is_read_by_the_next_server_until_it_is_old() {
        let state = tempfile::tempdir().expect("a folder");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33);
        let records = Records::in_state_dir(Some(state.path()), SystemTime::UNIX_EPOCH);
        let id = id(&record().files);
        records.write(&id, &record());
        let next = Records::in_state_dir(Some(state.path()), SystemTime::UNIX_EPOCH);
        assert_eq!(next.read(&id), Some(record()));
        let much_later = Records::in_state_dir(Some(state.path()), now);
        assert_eq!(much_later.read(&id), None);
    }

    #[test]
    fn an_id_names_no_other_file_and_a_damaged_record_is_none() {
        let state = tempfile::tempdir().expect("a folder");
        let records = Records::in_state_dir(Some(state.path()), SystemTime::UNIX_EPOCH);
        for text in [
            "",
            "up_",
            "../../etc/passwd",
            "up_../../../x0000000",
            "up_00000000000000zz",
        ] {
            assert_eq!(records.read(text), None, "{text}");
        }
        records.write("up_0000000000000000", &record());
        fs::write(state.path().join("mcp/up_0000000000000000.json"), "{").expect("damaged");
        assert_eq!(records.read("up_0000000000000000"), None);
        assert_eq!(
            Records::in_state_dir(None, SystemTime::UNIX_EPOCH).read("up_0000000000000000"),
            None
        );
    }
}
