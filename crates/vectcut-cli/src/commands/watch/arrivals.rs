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
    /// The files that are being uploaded, as they were when their uploads began.
    under_way: HashMap<PathBuf, Stamp>,
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
            under_way: HashMap::new(),
        }
    }

    /// Takes what the folder holds now.
    pub(super) fn observe(&mut self, found: &Files, now: Instant) {
        self.waiting.retain(|path, _| found.contains_key(path));
        // An empty file is one that its writer has only created.
        let has_bytes = |(_, stamp): &(&PathBuf, &Stamp)| stamp.len_bytes > 0;
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
        }
    }

    /// Returns files to upload now, sorted by path, so that no more than `at_most` are being uploaded. Each is being
    /// uploaded until [`uploaded`](Self::uploaded) or [`failed`](Self::failed) is told of it.
    pub(super) fn begin(&mut self, at_most: usize, now: Instant) -> Vec<PathBuf> {
        let is_due = |file: &Waiting| file.due.is_some_and(|due| due <= now);
        let due = self.idle().filter(|(_, file)| is_due(file));
        let mut due: Vec<_> = due.map(|(path, file)| (path.clone(), file.stamp)).collect();
        due.sort_by(|one, other| one.0.cmp(&other.0));
        due.truncate(at_most.saturating_sub(self.under_way.len()));
        self.under_way.extend(due.iter().cloned());
        due.into_iter().map(|(path, _)| path).collect()
    }

    /// Returns when the next file will be due, if none changes. One that is due already waits for the end of another.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let dues = self.idle().filter_map(|(_, file)| file.due);
        dues.filter(|due| *due > now).min()
    }

    fn idle(&self) -> impl Iterator<Item = (&PathBuf, &Waiting)> {
        let waiting = self.waiting.iter();
        waiting.filter(|(path, _)| !self.under_way.contains_key(*path))
    }

    /// Notes that a file was uploaded as it was when its upload began.
    pub(super) fn uploaded(&mut self, path: &Path) {
        if let Some((path, stamp)) = self.under_way.remove_entry(path) {
            if self
                .waiting
                .get(&path)
                .is_some_and(|file| file.stamp == stamp)
            {
                self.waiting.remove(&path);
            }
            self.settled.left_alone.remove(&path);
            self.settled.uploaded.insert(path, stamp);
        }
    }

    /// Notes that the upload of a file failed. If the failure may pass, the file is uploaded again after a pause, else
    /// when it has changed.
    pub(super) fn failed(&mut self, path: &Path, may_pass: bool, now: Instant) {
        let stamp = self.under_way.remove(path);
        let waiting = self.waiting.get_mut(path);
        // One that has changed since is another file, and waits for its own time.
        if let Some(file) = waiting.filter(|file| stamp == Some(file.stamp)) {
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
        let now = start + Duration::from_secs(seconds);
        arrivals.observe(&files(found), now);
        arrivals.begin(8, now)
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
        let now = start + Duration::from_secs(10);
        let due = start + Duration::from_secs(11);
        assert_eq!(arrivals.next_due(now), Some(due));
        assert_eq!(
            after(&mut arrivals, start, 11, &found),
            [Path::new("take.mp4")]
        );
        arrivals.uploaded(Path::new("take.mp4"));
        assert!(after(&mut arrivals, start, 100, &found).is_empty());
        assert_eq!(arrivals.settled().uploaded, files(&found));
        assert_eq!(arrivals.next_due(start), None);
    }

    #[test]
    fn a_file_that_needs_no_upload_needs_one_when_it_changes() {
        let settled = Settled {
            left_alone: files(&[("old.mp4", 5)]),
            ..Settled::default()
        };
        let (start, mut arrivals) = (clock::now(), Arrivals::new(settled, SETTLE));
        assert!(after(&mut arrivals, start, 0, &[("old.mp4", 5)]).is_empty());
        assert_eq!(arrivals.next_due(start), None);
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
        assert_eq!(arrivals.next_due(start), None);
    }

    #[test]
    fn a_failure_that_may_pass_is_followed_by_longer_and_longer_pauses() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        let found = [("take.mp4", 1)];
        after(&mut arrivals, start, 0, &found);
        let mut now = start + SETTLE;
        for pause in [30, 60, 120, 240, 480, 600, 600] {
            arrivals.observe(&files(&found), now);
            assert_eq!(arrivals.begin(8, now).len(), 1);
            arrivals.failed(Path::new("take.mp4"), true, now);
            assert!(arrivals.begin(8, now).is_empty());
            now += Duration::from_secs(pause);
            assert_eq!(arrivals.next_due(now - Duration::from_secs(1)), Some(now));
        }
    }

    #[test]
    fn after_a_final_failure_a_file_waits_for_a_change() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        after(&mut arrivals, start, 0, &[("take.mp4", 1)]);
        assert_eq!(after(&mut arrivals, start, 3, &[("take.mp4", 1)]).len(), 1);
        arrivals.failed(Path::new("take.mp4"), false, start);
        assert!(after(&mut arrivals, start, 1000, &[("take.mp4", 1)]).is_empty());
        after(&mut arrivals, start, 1001, &[("take.mp4", 2)]);
        assert_eq!(
            after(&mut arrivals, start, 1004, &[("take.mp4", 2)]).len(),
            1
        );
    }

    #[test]
    fn a_file_is_uploaded_beside_others_and_not_twice() {
        let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
        let found = files(&[("a.mp4", 1), ("b.mp4", 2), ("c.mp4", 3)]);
        arrivals.observe(&found, start);
        let now = start + SETTLE;
        assert_eq!(
            arrivals.begin(2, now),
            [Path::new("a.mp4"), Path::new("b.mp4")]
        );
        assert!(arrivals.begin(2, now).is_empty());
        // The third is due and has no place: nothing is to be done at any time.
        assert_eq!(arrivals.next_due(now), None);
        arrivals.uploaded(Path::new("b.mp4"));
        arrivals.observe(&found, now);
        assert_eq!(arrivals.begin(2, now), [Path::new("c.mp4")]);
        assert_eq!(arrivals.next_due(start), None);
    }

    #[test]
    fn a_file_that_changes_while_it_is_uploaded_is_uploaded_again() {
        for failed in [false, true] {
            let (start, mut arrivals) = (clock::now(), Arrivals::new(Settled::default(), SETTLE));
            after(&mut arrivals, start, 0, &[("take.mp4", 1)]);
            assert_eq!(after(&mut arrivals, start, 3, &[("take.mp4", 1)]).len(), 1);
            let found = [("take.mp4", 2)];
            assert!(after(&mut arrivals, start, 4, &found).is_empty());
            assert!(after(&mut arrivals, start, 60, &found).is_empty());
            match failed {
                true => arrivals.failed(Path::new("take.mp4"), false, start),
                false => arrivals.uploaded(Path::new("take.mp4")),
            }
            assert_eq!(after(&mut arrivals, start, 61, &found).len(), 1, "{failed}");
        }
    }
}
