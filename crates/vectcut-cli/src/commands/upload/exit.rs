//! How files ended, and from that the exit code of the run.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::result::PublishedFile;

/// How a file ended, as far as the exit code cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Ending {
    /// It is uploaded and has its URL.
    Uploaded,
    /// It failed, or it was stopped after it had begun.
    Failed(ExitCode),
    /// It was stopped before it began.
    NotBegun(ExitCode),
}

impl Ending {
    /// Returns the ending of a file that has no URL.
    pub(in crate::commands) fn of(failure: &Failure) -> Self {
        match failure.step {
            None if failure.is_stop() => Self::NotBegun(failure.exit_code),
            _ => Self::Failed(failure.exit_code),
        }
    }
}

/// How a file ended.
#[derive(Debug, Clone)]
pub(in crate::commands) struct End {
    pub(in crate::commands) ending: Ending,
    /// Whether the same upload may succeed later, if it failed.
    pub(in crate::commands) may_pass: bool,
    /// Its URL, if it has one.
    pub(super) link: Option<String>,
}

impl End {
    pub(super) fn uploaded(file: &PublishedFile) -> Self {
        Self {
            ending: Ending::Uploaded,
            may_pass: false,
            link: Some(file.public_signed_url.clone()),
        }
    }

    pub(super) fn failed(failure: &Failure) -> Self {
        Self {
            ending: Ending::of(failure),
            may_pass: failure.retryable,
            link: None,
        }
    }
}

/// Returns the exit code of a run.
///
/// A signal counts before everything else, and the end of the budget next: the same command resumes. Failures of one
/// kind give the code of that kind. If the budget ended, nothing was uploaded, and every file that had begun failed
/// because of the network, the network is the reason for all files.
pub(in crate::commands) fn exit_code(files: &[Ending]) -> ExitCode {
    let ended_with = |code| {
        let ends = [Ending::Failed(code), Ending::NotBegun(code)];
        files.iter().any(|file| ends.contains(file))
    };
    if ended_with(ExitCode::Interrupted) {
        return ExitCode::Interrupted;
    }
    let failed: Vec<_> = files
        .iter()
        .filter_map(|file| match file {
            Ending::Failed(code) => Some(*code),
            _ => None,
        })
        .collect();
    if ended_with(ExitCode::BudgetEnded) {
        let is_network = |code: &ExitCode| *code == ExitCode::Unavailable;
        let nothing_moved = !files.contains(&Ending::Uploaded) && !failed.is_empty();
        return match nothing_moved && failed.iter().all(is_network) {
            true => ExitCode::Unavailable,
            false => ExitCode::BudgetEnded,
        };
    }
    match failed.split_first() {
        None => ExitCode::Success,
        Some((first, others)) if others.iter().all(|code| code == first) => *first,
        Some(_) => ExitCode::SomeFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ending::{Failed, NotBegun, Uploaded};
    use ExitCode::{
        BudgetEnded, Interrupted, LocalFile, Refused, SomeFailed, Success, Unavailable,
    };

    #[track_caller]
    fn check(files: &[Ending], expected: ExitCode) {
        assert_eq!(exit_code(files), expected, "{files:?}");
    }

    #[test]
    fn one_kind_of_failure_has_its_own_code_and_several_have_eight() {
        check(&[Uploaded], Success);
        check(&[Uploaded, Uploaded], Success);
        check(&[Failed(Refused)], Refused);
        check(&[Failed(Refused), Failed(Refused)], Refused);
        check(&[Uploaded, Failed(LocalFile)], LocalFile);
        check(&[Failed(Refused), Uploaded, Failed(LocalFile)], SomeFailed);
    }

    #[test]
    fn a_stop_counts_before_failures() {
        check(&[Failed(BudgetEnded)], BudgetEnded);
        check(&[Failed(Refused), Failed(BudgetEnded)], BudgetEnded);
        check(&[Uploaded, NotBegun(BudgetEnded)], BudgetEnded);
        check(&[Failed(BudgetEnded), Failed(Interrupted)], Interrupted);
        check(&[NotBegun(Interrupted), Uploaded], Interrupted);
    }

    #[test]
    fn a_budget_in_which_only_the_network_failed_is_a_failure_of_the_network() {
        check(&[Failed(Unavailable), NotBegun(BudgetEnded)], Unavailable);
        check(&[Failed(Unavailable), Failed(BudgetEnded)], BudgetEnded);
        check(
            &[Failed(Unavailable), Uploaded, NotBegun(BudgetEnded)],
            BudgetEnded,
        );
        check(&[NotBegun(BudgetEnded)], BudgetEnded);
    }
}
