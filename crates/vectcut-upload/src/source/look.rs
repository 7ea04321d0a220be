//! How a file looks from outside: what changes when it is written to or replaced, without reading it.

use std::{
    fs::Metadata,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

/// What shows, without reading, that nobody changed a file between two runs: only where the system has a time of the last
/// change that no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(super) inode: u64,
    /// In seconds since 1970, and nanoseconds.
    modified: (i64, i64),
    /// As above.
    changed: (i64, i64),
}

/// A file system may write times as coarse as this. A change in the same instant would not show.
const TIMES_ARE_EXACT_TO: Duration = Duration::from_secs(2);

impl Mark {
    /// Returns whether a change after `now` would give the file other times.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(SystemTime::UNIX_EPOCH);
        now.is_ok_and(|now| {
            let limit = now.saturating_sub(TIMES_ARE_EXACT_TO).as_secs();
            let is_before = |(seconds, _): (i64, i64)| {
                u64::try_from(seconds).is_ok_and(|seconds| seconds < limit)
            };
            is_before(self.modified) && is_before(self.changed)
        })
    }
}

/// What changes when a file is written to or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) len_bytes: u64,
    pub(super) modified: Option<SystemTime>,
    /// Where the system has it.
    pub(super) mark: Option<Mark>,
    device: Option<u64>,
}

impl Look {
    pub(super) fn new(metadata: &Metadata) -> Self {
        Self {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            mark: mark(metadata),
            device: device(metadata),
        }
    }
}

#[cfg(unix)]
fn mark(metadata: &Metadata) -> Option<Mark> {
    use std::os::unix::fs::MetadataExt;
    Some(Mark {
        inode: metadata.ino(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}

#[cfg(unix)]
fn device(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::dev(metadata))
}

#[cfg(not(unix))]
fn mark(_: &Metadata) -> Option<Mark> {
    None
}

#[cfg(not(unix))]
fn device(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_only_once_a_later_change_would_show_in_it() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mark = |modified, changed| Mark {
            inode: 1,
            modified: (modified, 999_999_999),
            changed: (changed, 999_999_999),
        };
        for (mark, now, expected) in [
            (mark(100, 100), 103, true),
            (mark(100, 100), 102, false),
            (mark(90, 100), 102, false),
            (mark(100, 90), 102, false),
            // A clock is wrong.
            (mark(200, 100), 150, false),
            (mark(-1, 100), 150, false),
        ] {
            assert_eq!(mark.is_settled(at(now)), expected, "{mark:?} at {now}");
        }
    }
}
