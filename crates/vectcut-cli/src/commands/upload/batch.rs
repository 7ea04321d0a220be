//! How the files of a batch ended, in few lines: failures of one kind together, and a summary.

use std::collections::BTreeMap;
use std::time::Duration;

use vectcut_upload::Step;

use crate::amounts;
use crate::failure::Failure;
use crate::json_events::Summary;
use crate::plain_text::plain;
use crate::result::PublishedStatus;
use crate::stderr::Stderr;
use crate::words::{Text, failures, hints, labels, notes};

/// How many failures of one kind are shown in full, and how many names a line has.
const FEW: usize = 3;

/// The ends of a batch so far.
#[derive(Debug, Default)]
pub(super) struct Batch {
    counts: Summary,
    kinds: Vec<Kind>,
    stops: Stops,
    /// Files that were not uploaded because of what another file failed of.
    same_cause: usize,
    /// Whether a file failed in a way that may pass.
    is_retryable: bool,
}

/// Failures that differ by their file only.
#[derive(Debug)]
struct Kind {
    code: &'static str,
    step: Option<Step>,
    shown: usize,
    /// The names of those that were not shown.
    others: Vec<String>,
}

/// The files that the time budget or a signal stopped.
#[derive(Debug, Default)]
struct Stops {
    /// The first failure of them. What all have in common is taken from it.
    first: Option<Failure>,
    /// The names of those that had begun, by their place in the run.
    names: BTreeMap<usize, String>,
    not_begun: usize,
    safe_bytes: u64,
    last_cause: Option<String>,
    hints: Vec<Text>,
    resumes: bool,
}

impl Batch {
    /// Counts a file that has a URL.
    pub(super) fn uploaded(&mut self, status: PublishedStatus, bytes: u64) {
        self.counts.files += 1;
        self.counts.bytes += bytes;
        let count = match status {
            PublishedStatus::Resumed | PublishedStatus::Completed => &mut self.counts.resumed,
            PublishedStatus::Reused => &mut self.counts.reused,
            PublishedStatus::Uploaded => &mut self.counts.uploaded,
        };
        *count += 1;
    }

    /// Counts a file that failed because of what ended the run.
    pub(super) fn failed(&mut self) {
        self.counts.files += 1;
        self.counts.failed += 1;
    }

    /// Counts a file that was not uploaded because of another file's failure, which was shown.
    pub(super) fn failed_of_same_cause(&mut self) {
        self.failed();
        self.same_cause += 1;
    }

    /// Takes a file that failed. Returns whether to show why.
    pub(super) fn shows(&mut self, path: &str, failure: &Failure) -> bool {
        self.failed();
        self.is_retryable |= failure.retryable;
        let (code, step) = (failure.code, failure.step);
        let of_kind = |kind: &&mut Kind| kind.code == code && kind.step == step;
        match self.kinds.iter_mut().find(of_kind) {
            None => self.kinds.push(Kind {
                code,
                step,
                shown: 1,
                others: Vec::new(),
            }),
            Some(kind) if kind.shown < FEW => kind.shown += 1,
            Some(kind) => {
                kind.others.push(plain(path));
                return false;
            }
        }
        true
    }

    /// Takes the file at `index`, which was stopped after OSS had acknowledged this many bytes.
    pub(super) fn stopped(
        &mut self,
        (index, path): (usize, &str),
        failure: &Failure,
        safe_bytes: u64,
    ) {
        self.counts.files += 1;
        self.counts.stopped += 1;
        let stops = &mut self.stops;
        match failure.step {
            None => stops.not_begun += 1,
            Some(_) => drop(stops.names.insert(index, plain(path))),
        }
        let resumes = failure.hints.contains(&hints::resume());
        if resumes || failure.hints.contains(&hints::again()) {
            stops.safe_bytes += safe_bytes;
        }
        stops.resumes |= resumes && failure.step.is_some();
        let last_cause = &failure.details.last_cause;
        stops.last_cause = stops.last_cause.take().or_else(|| last_cause.clone());
        let next = [hints::resume(), hints::start_over(), hints::again()];
        for hint in failure.hints.iter().filter(|hint| !next.contains(hint)) {
            if !stops.hints.contains(hint) {
                stops.hints.push(hint.clone());
            }
        }
        stops.first.get_or_insert_with(|| failure.clone());
    }

    /// Shows what is left to say about several files, and their numbers.
    pub(super) fn tell(&self, summary: Summary, stderr: &Stderr) {
        let either = Some(self.same_cause).filter(|count| *count > 0);
        let either = either.map(notes::not_uploaded_either);
        for note in self.others().iter().chain(&either) {
            stderr.note(note);
        }
        if let Some(failure) = self.stop() {
            stderr.error(&failure);
        }
        // That all were stopped, the error has said.
        if summary.stopped < summary.files {
            stderr.note(&in_words(summary));
        }
        if let Some(next) = self.next() {
            stderr.note(&labels::hinted(&next));
        }
    }

    /// Returns the lines about failures of which others of the kind were shown.
    fn others(&self) -> Vec<Text> {
        let kinds = self.kinds.iter().filter(|kind| !kind.others.is_empty());
        kinds
            .map(|kind| notes::failed_too(names(kind.others.iter())))
            .collect()
    }

    /// Returns the one failure that stands for all files that were stopped.
    fn stop(&self) -> Option<Failure> {
        let stops = &self.stops;
        let first = stops.first.as_ref()?;
        let (begun, not_begun) = (stops.names.len(), stops.not_begun);
        let files = self.counts.files;
        let some = || failures::not_finished(begun, files, names(stops.names.values()));
        let files = match (begun, not_begun) {
            (0, _) => failures::not_begun_of(not_begun, files),
            (_, 0) => some(),
            _ => some()
                .then(&failures::and())
                .then(&failures::not_begun(not_begun)),
        };
        let mut what = match first.code {
            "budget_ended" => failures::batch_budget_ended(files),
            _ => failures::batch_interrupted(files),
        };
        if stops.safe_bytes > 0 {
            what = what.then(&failures::bytes_are_safe(amounts::bytes(stops.safe_bytes)));
        }
        let mut failure = Failure::new(first.exit_code, first.code, what);
        failure.step = first.step;
        failure.retryable = true;
        failure.details.last_cause = stops.last_cause.clone();
        let next = match stops.resumes {
            true => hints::resume(),
            false => hints::again(),
        };
        let hints = stops.hints.iter().cloned().chain([next]);
        Some(hints.fold(failure, Failure::hint))
    }

    /// Returns the numbers of the whole run.
    pub(super) fn summary(&self, elapsed: Duration) -> Summary {
        Summary {
            elapsed_ms: elapsed.as_millis().try_into().unwrap_or(u64::MAX),
            ..self.counts
        }
    }

    /// Returns what to run next, unless the stop says so.
    fn next(&self) -> Option<Text> {
        let is_stopped = self.stops.first.is_some();
        (self.is_retryable && !is_stopped).then(hints::again_for_failed)
    }
}

/// Returns the numbers of a run as a line for people.
fn in_words(summary: Summary) -> Text {
    let counts = [
        (summary.uploaded, notes::uploaded as fn(usize) -> Text),
        (summary.resumed, notes::resumed),
        (summary.reused, notes::reused),
        (summary.failed, notes::failed),
        (summary.stopped, notes::stopped),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, words)| words(count));
    let counts = counts.reduce(|all, next| all.then(&notes::summary_comma()).then(&next));
    notes::summary(
        summary.files,
        counts.unwrap_or_else(|| Text::same("0")),
        amounts::bytes(summary.bytes),
        amounts::duration(Duration::from_millis(summary.elapsed_ms)),
    )
}

/// Returns a few names, and how many more there are.
fn names<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> Text {
    let more = names.len().saturating_sub(FEW);
    let few = names
        .take(FEW)
        .map(|name| Text::same(format_args!("`{name}`")));
    let few = few.reduce(|all, next| all.then(&notes::comma()).then(&next));
    let few = few.unwrap_or_else(|| Text::same(""));
    match more {
        0 => few,
        more => notes::names_and_more(few, more),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use vectcut_upload::StopReason;

    use super::*;
    use crate::failure::NextRun;
    use crate::words::Language;

    fn interrupted(step: Option<Step>) -> Failure {
        let (reason, next_run) = (StopReason::Interrupted, NextRun::Resumes);
        Failure::stopped(Path::new("clip.mp4"), reason, step, 1 << 20, next_run)
    }

    fn both(text: &Text) -> String {
        let both = [Language::English, Language::Chinese].map(|language| text.to(language));
        both.join("\n")
    }

    #[test]
    fn an_interrupted_batch_is_one_error() {
        let mut batch = Batch::default();
        // The last one ends first.
        for number in (0..8).rev() {
            let path = format!("clip-{number}.mp4");
            batch.stopped((number, &path), &interrupted(Some(Step::Put)), 15 << 20);
        }
        for number in 8..64 {
            let path = format!("clip-{number}.mp4");
            batch.stopped((number, &path), &interrupted(None), 0);
        }
        let failure = batch.stop().expect("a failure");
        insta::assert_snapshot!(both(&failure.what), @r"
        interrupted: 8 of 64 files not finished (`clip-0.mp4`, `clip-1.mp4`, `clip-2.mp4` and 5 more), 56 not begun; 120 MiB are uploaded
        已中断：64 个文件中有 8 个未传完（`clip-0.mp4`、`clip-1.mp4`、`clip-2.mp4`，另有 5 个），56 个还没有开始；已上传 120 MiB
        ");
        assert_eq!(failure.hints, [hints::resume()]);
    }

    #[test]
    fn failures_of_one_kind_are_shown_three_times_and_then_named() {
        let mut batch = Batch::default();
        let failure = Failure::new(
            crate::exit_code::ExitCode::LocalFile,
            "file_missing",
            Text::same("no"),
        );
        let shown = (0..20).filter(|number| batch.shows(&format!("{number}.mp4"), &failure));
        assert_eq!(shown.count(), 3);
        let others = batch.others();
        assert_eq!(others.len(), 1);
        insta::assert_snapshot!(both(&others[0]), @r"
        failed in the same way: `3.mp4`, `4.mp4`, `5.mp4` and 14 more
        以同样方式失败：`3.mp4`、`4.mp4`、`5.mp4`，另有 14 个
        ");
        assert_eq!(batch.next(), None, "a missing file stays missing");
    }

    #[test]
    fn a_summary_leaves_out_what_did_not_happen() {
        let mut batch = Batch::default();
        batch.uploaded(PublishedStatus::Uploaded, 5 << 20);
        batch.uploaded(PublishedStatus::Completed, 5 << 20);
        batch.uploaded(PublishedStatus::Reused, 2 << 20);
        batch.failed();
        let words = in_words(batch.summary(Duration::from_millis(185_000)));
        insta::assert_snapshot!(both(&words), @r"
        4 files: 1 uploaded, 1 resumed, 1 reused, 1 failed; 12.0 MiB in 3 min 5 s
        4 个文件：已上传 1 个，已续传 1 个，已复用 1 个，失败 1 个；共 12.0 MiB，用时 3 分 5 秒
        ");
    }
}
