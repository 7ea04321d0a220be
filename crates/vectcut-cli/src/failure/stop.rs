//! The time budget or a signal ended an upload: what was uploaded, and what the next run does with it.

use std::path::Path;

use vectcut_upload::{Fault, Step, StopReason, UploadError};

use super::{Details, Failure, hints};
use crate::amounts;
use crate::exit_code::ExitCode;
use crate::words::{Text, failures, hints as say, labels};

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

    /// Returns the `status` of a file that ended with it.
    pub(crate) fn status(&self) -> &'static str {
        match self.is_stop() {
            true => "stopped",
            false => "failed",
        }
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
        match error {
            UploadError::Stopped { progress, .. }
                if progress.needs_one_run && reason == StopReason::BudgetEnded =>
            {
                failure.hints = vec![say::longer_budget()];
            }
            _ => drop(failure.hints.splice(..0, hints::of_library(error))),
        }
        if error.fault() == Fault::Network {
            failure.exit_code = ExitCode::Unavailable;
            failure = proxy
                .map(say::check_proxy)
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
        let path = path.display();
        let (code, mut what) = match (reason, step) {
            (StopReason::BudgetEnded, Some(step)) => {
                ("budget_ended", failures::budget_ended(doing(step), path))
            }
            (StopReason::BudgetEnded, None) => {
                ("budget_ended", failures::budget_ended_before(path))
            }
            (_, Some(step)) => ("interrupted", failures::interrupted(doing(step), path)),
            (_, None) => ("interrupted", failures::interrupted_before(path)),
        };
        if safe_bytes > 0 && next_run != NextRun::StartsOver {
            what = what.then(&failures::bytes_are_safe(amounts::bytes(safe_bytes)));
        }
        let hint = match next_run {
            NextRun::Resumes if step.is_some() => say::resume(),
            NextRun::StartsOver if step.is_some() => say::start_over(),
            _ => say::again(),
        };
        let mut failure = Self::new(reason.into(), code, what).hint(hint);
        failure.step = step;
        failure.retryable = true;
        failure
    }
}

/// The name of a step for people.
pub(crate) fn doing(step: Step) -> Text {
    match step {
        Step::Read => labels::reading(),
        Step::Init => labels::preparing(),
        Step::Complete => labels::finishing(),
        // `Step` may grow by another way to send bytes.
        _ => labels::uploading(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    fn stopped(name: &str, step: Option<Step>, safe_bytes: u64, next_run: NextRun) -> Failure {
        let reason = StopReason::Interrupted;
        Failure::stopped(Path::new(name), reason, step, safe_bytes, next_run)
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        assert_eq!(
            stopped("a\u{1b}[2J\nb", None, 0, NextRun::Resumes)
                .what
                .to(Language::English),
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
            let language = Language::English;
            assert_eq!(
                (failure.what.to(language), failure.hints[0].to(language)),
                (what, hint)
            );
        }
    }
}
