//! The time budget or a signal ended an upload: what was uploaded, and what the next run does with it.

use std::path::Path;

use vectcut_upload::{Fault, Step, StopReason, UploadError};

use super::{Details, Failure, hints};
use crate::amounts;
use crate::exit_code::ExitCode;
use crate::plain_text::plain;

/// What the next run does with the bytes that this one uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRun {
    /// It does not send them again.
    Resumes,
    /// It sends them again.
    StartsOver,
    /// Nobody could tell in time.
    Unknown,
}

impl Failure {
    /// Returns whether the time budget or a signal ended it.
    pub(crate) fn is_stop(&self) -> bool {
        matches!(self.code, "budget_ended" | "interrupted")
    }

    /// An upload that was stopped at a step, or before its turn, as the library reports it.
    pub(crate) fn of_stop(
        path: &Path,
        step: Option<Step>,
        (reason, safe_bytes): (StopReason, u64),
        error: &UploadError,
        proxy: Option<&str>,
    ) -> Self {
        let next_run = match step {
            _ if safe_bytes == 0 => NextRun::Unknown,
            _ if error.is_kept() => NextRun::Resumes,
            _ => NextRun::StartsOver,
        };
        let mut failure = Self::stopped(path, reason, step, safe_bytes, next_run);
        *failure.details = Details::of(error);
        if let Some(hint) = error.hint() {
            failure.hints.insert(0, plain(&hint));
        }
        if error.fault() == Fault::Network {
            failure.exit_code = ExitCode::Unavailable;
            failure = proxy
                .map(hints::of_proxy)
                .into_iter()
                .fold(failure, Self::hint);
        }
        failure
    }

    /// A file that was stopped at a step, or before its turn.
    pub(crate) fn stopped(
        path: &Path,
        reason: StopReason,
        step: Option<Step>,
        safe_bytes: u64,
        next_run: NextRun,
    ) -> Self {
        let (code, words) = match reason {
            StopReason::BudgetEnded => ("budget_ended", "the time budget ended"),
            _ => ("interrupted", "interrupted"),
        };
        let path = path.display();
        let mut what = match step {
            Some(step) => format!("{words} while {} `{path}`", doing(step)),
            None => format!("{words} before the upload of `{path}` began"),
        };
        if safe_bytes > 0 && next_run != NextRun::StartsOver {
            what += &format!("; {} are uploaded", amounts::bytes(safe_bytes));
        }
        let hint = match next_run {
            NextRun::Resumes if step.is_some() => "run the same command again to resume",
            NextRun::StartsOver if step.is_some() => {
                "run the same command again; it starts this file over"
            }
            _ => "run the same command again",
        };
        let mut failure = Self::new(reason.into(), code, what).hint(hint);
        failure.step = step;
        failure.retryable = true;
        failure
    }
}

/// The name of a step for people.
pub(crate) fn doing(step: Step) -> &'static str {
    match step {
        Step::Read => "reading",
        Step::Init => "preparing",
        Step::Complete => "finishing",
        // `Step` may grow by another way to send bytes.
        _ => "uploading",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(name: &str, step: Option<Step>, safe_bytes: u64, next_run: NextRun) -> Failure {
        let reason = StopReason::Interrupted;
        Failure::stopped(Path::new(name), reason, step, safe_bytes, next_run)
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        assert_eq!(
            stopped("a\u{1b}[2J\nb", None, 0, NextRun::Resumes).what,
            "interrupted before the upload of `a[2J b` began"
        );
    }

    #[test]
    fn a_stopped_file_promises_no_more_than_was_kept() {
        const MIB: u64 = 1024 * 1024;
        for (step, safe_bytes, next_run, what, hint) in [
            (
                Some(Step::Put),
                12 * MIB,
                NextRun::Resumes,
                "interrupted while uploading `a`; 12.0 MiB are uploaded",
                "run the same command again to resume",
            ),
            (
                Some(Step::Put),
                12 * MIB,
                NextRun::StartsOver,
                "interrupted while uploading `a`",
                "run the same command again; it starts this file over",
            ),
            (
                Some(Step::Complete),
                12 * MIB,
                NextRun::Unknown,
                "interrupted while finishing `a`; 12.0 MiB are uploaded",
                "run the same command again",
            ),
            (
                None,
                0,
                NextRun::Resumes,
                "interrupted before the upload of `a` began",
                "run the same command again",
            ),
        ] {
            let failure = stopped("a", step, safe_bytes, next_run);
            assert_eq!((&*failure.what, &*failure.hints[0]), (what, hint));
        }
    }
}
