//! Which files of a folder are new and complete: a pure decision.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

/// How long a file waits after a failure that may pass. Each further failure doubles it, up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LAST_PAUSE: Duration = Duration::from_secs(600);

/// What tells one content of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) len_bytes: u64,
    /// When it was last modified.
    pub(super) modified: SystemTime,
}

/// The files of a folder.
pub(super) type Files = BTreeMap<PathBuf, Stamp>;

/// The files of a folder that need no upload, as they were then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) uploaded: Files,
    /// They were there before the folder was watched.
    pub(super) left_alone: Files,
}

impl Settled {
    fn has(&self, path: &Path, stamp: &Stamp) -> bool {
        let is_in = |files: &Files| files.get(path) == Some(stamp);
        is_in(&self.uploaded) || is_in(&self.left_alone)
    }
}

/// What is known of the files in a folder.
#[derive(Debug)]
pub(super) struct Arrivals {
    settle: Duration,
    settled: Settled,
    waiting: HashMap<PathBuf, Waiting>,
}

/// A file that needs an upload.
#[derive(Debug)]
struct Waiting {
    stamp: Stamp,
    /// When to upload it, if it does not change. `None` is never.
    due: Option<Instant>,
    failures: u32,
}

impl Arrivals {
    /// Begins with the files that need no upload. A file is complete once it has not changed for as long as `settle`.
    pub(super) fn new(settled: Settled, settle: Duration) -> Self {
        Self {
            settle,
            settled,
            waiting: HashMap::new(),
        }
    }

    /// Takes what the folder holds now. Returns the files to upload, sorted by path.
    pub(super) fn observe(&mut self, found: &Files, now: Instant) -> Vec<PathBuf> {
        self.waiting.retain(|path, _| found.contains_key(path));
        // An empty file is one that its writer has only created.
        let has_bytes = |(_, stamp): &(&PathBuf, &Stamp)| stamp.len_bytes > 0;
        let mut due = Vec::new();
        for (path, stamp) in found.iter().filter(has_bytes) {
            if self.settled.has(path, stamp) {
                self.waiting.remove(path);
                continue;
            }
            let as_it_is = || Waiting {
                stamp: *stamp,
                due: now.checked_add(self.settle),
                failures: 0,
            };
            let waiting = self.waiting.entry(path.clone()).or_insert_with(as_it_is);
            if waiting.stamp != *stamp {
                *waiting = as_it_is();
            }
            if waiting.due.is_some_and(|due| due <= now) {
                due.push(path.clone());
            }
        }
        due
    }

    /// Returns when the next file is to be uploaded, if none changes.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.values().filter_map(|file| file.due).min()
    }

    /// Notes that a file was uploaded as it was observed last.
    pub(super) fn uploaded(&mut self, path: &Path) {
        if let Some((path, file)) = self.waiting.remove_entry(path) {
            self.settled.left_alone.remove(&path);
            self.settled.uploaded.insert(path, file.stamp);
        }
    }

    /// Notes that the upload of a file failed. If the failure may pass, the file is uploaded again after a pause, else
    /// when it has changed.
    pub(super) fn failed(&mut self, path: &Path, may_pass: bool, now: Instant) {
        if let Some(file) = self.waiting.get_mut(path) {
            let pause = FIRST_PAUSE.saturating_mul(1 << file.failures.min(10));
            file.due = match may_pass {
                true => now.checked_add(pause.min(LAST_PAUSE)),
                false => None,
            };
            file.failures += 1;
        }
    }

    /// Returns the files that need no upload any more.
    pub(super) fn settled(&self) -> &Settled {
        &self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    const SETTLE: Duration = Duration::from_secs(3);

    fn stamp(len_bytes: u64) -> Stamp {
        Stamp {
            len_bytes,
            modified: SystemTime::UNIX_EPOCH + Duration::from_secs(len_bytes),
        }
    }

    fn files(files: &[(&str, u64)]) -> Files {
        let file = |(path, len): &(&str, u64)| (PathBuf::from(path), stamp(*len));
        files.iter().map(file).collect()
    }

    /// The files to upload when the folder holds `found` after `seconds`.
    fn after(
        arrivals: &mut Arrivals,
        start: Instant,
        seconds: u64,
        found: &[(&str, u64)],
    ) -> Vec<PathBuf> {
        arrivals.observe(&files(found), start + Duration::from_secs(seconds))
    }

    #[test]
    fn a_file_is_uploaded_once_it_has_stopped_growing() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        for second in 0..9 {
            let found = [("take.mp4", 100 + second)];
            assert!(after(&mut arrivals, start, second, &found).is_empty());
        }
        let found = [("take.mp4", 108)];
        assert!(after(&mut arrivals, start, 10, &found).is_empty());
        assert_eq!(arrivals.next_due(), Some(start + Duration::from_secs(11)));
        assert_eq!(
            after(&mut arrivals, start, 11, &found),
            [Path::new("take.mp4")]
        );
        arrivals.uploaded(Path::new("take.mp4"));
        assert!(after(&mut arrivals, start, 100, &found).is_empty());
        assert_eq!(arrivals.settled().uploaded, files(&found));
        assert_eq!(arrivals.next_due(), None);
    }

    #[test]
    fn a_file_that_needs_no_upload_needs_one_when_it_changes() {
        let settled = Settled {
            left_alone: files(&[("old.mp4", 5)]),
            ..Settled::default()
        };
        let (start, mut arrivals) = (clock::now(), Arrivals::new(settled, SETTLE));
        assert!(after(&mut arrivals, start, 0, &[("old.mp4", 5)]).is_empty());
        assert_eq!(arrivals.next_due(), None);
        assert!(after(&mut arrivals, start, 1, &[("old.mp4", 6)]).is_empty());
        assert_eq!(
            after(&mut arrivals, start, 4, &[("old.mp4", 6)]),
            [Path::new("old.mp4")]
        );
    }

    #[test]
    fn an_empty_file_and_one_that_is_gone_are_not_uploaded() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        after(
            &mut arrivals,
            start,
            0,
            &[("empty.mp4", 0), ("gone.mp4", 1)],
        );
        assert!(after(&mut arrivals, start, 9, &[("empty.mp4", 0)]).is_empty());
        assert_eq!(arrivals.next_due(), None);
    }

    #[test]
    fn a_failure_that_may_pass_is_followed_by_longer_and_longer_pauses() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        let found = [("take.mp4", 1)];
        after(&mut arrivals, start, 0, &found);
        let mut now = start + SETTLE;
        for pause in [30, 60, 120, 240, 480, 600, 600] {
            assert_eq!(arrivals.observe(&files(&found), now).len(), 1);
            arrivals.failed(Path::new("take.mp4"), true, now);
            assert!(arrivals.observe(&files(&found), now).is_empty());
            now += Duration::from_secs(pause);
            assert_eq!(arrivals.next_due(), Some(now));
        }
    }

    #[test]
    fn after_a_final_failure_a_file_waits_for_a_change() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        after(&mut arrivals, start, 0, &[("take.mp4", 1)]);
        arrivals.failed(Path::new("take.mp4"), false, start);
        assert!(after(&mut arrivals, start, 1000, &[("take.mp4", 1)]).is_empty());
        after(&mut arrivals, start, 1001, &[("take.mp4", 2)]);
        assert_eq!(
            after(&mut arrivals, start, 1004, &[("take.mp4", 2)]).len(),
            1
        );
    }
}
