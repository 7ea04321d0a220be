//! A failure as lines for people: `error:`, `caused by:`, `hint:`.

use std::fmt::Write as _;

use crate::failure::Failure;
use crate::words::{Language, Text, labels};

const RED: &str = "\u{1b}[1;31m";
const CYAN: &str = "\u{1b}[1;36m";
const RESET: &str = "\u{1b}[0m";

/// Returns the lines that describe a failure, each with its line break.
pub(crate) fn render(failure: &Failure, color: bool, language: Language) -> String {
    let mut words = String::new();
    let mut line = |color_code: &str, label: Text, text: &str| {
        let label = label.to(language);
        // A Chinese colon is as wide as a colon and a blank.
        let gap = if label.ends_with('：') { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = if color {
            writeln!(words, "{color_code}{label}{RESET}{gap}{text}")
        } else {
            writeln!(words, "{label}{gap}{text}")
        };
    };
    let what = failure.what.to(language);
    let meaning = failure.meaning_of_step();
    match meaning.filter(|_| language == Language::Chinese && !failure.causes.is_empty()) {
        Some(meaning) => {
            let meaning = meaning.to(language);
            line(RED, labels::error(), &format!("{what}：{meaning}"));
        }
        None => line(RED, labels::error(), what),
    }
    for cause in failure.causes_in(language) {
        line(RED, labels::caused_by(), cause);
    }
    // A failure that was given up has it among its causes.
    if let (true, Some(last_cause)) = (failure.is_stop(), &failure.details.last_cause) {
        line(RED, labels::last_failure(), last_cause);
    }
    if let Some(request_id) = unnamed_request_id(failure) {
        line(RED, labels::request_id(), request_id);
    }
    for hint in &failure.hints {
        line(CYAN, labels::hint(), hint.to(language));
    }
    words
}

/// Returns the request ID, unless a cause names it.
fn unnamed_request_id(failure: &Failure) -> Option<&str> {
    let request_id = failure.details.request_id.as_deref()?;
    let is_named = failure
        .causes_in(Language::English)
        .any(|cause| cause.contains(request_id));
    (!is_named).then_some(request_id)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use vectcut_upload::{SourceAction, Step, StopReason, UploadError};

    use super::*;
    use crate::exit_code::ExitCode;
    use crate::failure::NextRun;

    fn missing_file() -> Failure {
        let path = Path::new("clip.mp4");
        let error = UploadError::Source {
            path: path.into(),
            action: SourceAction::Find,
            source: io::Error::new(io::ErrorKind::NotFound, "No such file or directory"),
        };
        Failure::of_upload(path, &error, None)
    }

    #[test]
    fn the_causes_follow_from_the_outside_in() {
        insta::assert_snapshot!(render(&missing_file(), false, Language::English), @r"
        error: could not upload `clip.mp4`
          caused by: could not find `clip.mp4`
          caused by: No such file or directory
        hint: check the path
        ");
    }

    #[test]
    fn color_marks_the_labels_only() {
        let failure =
            Failure::new(ExitCode::Usage, "usage", Text::same("no")).hint(Text::same("say yes"));
        assert_eq!(
            render(&failure, true, Language::English),
            "\u{1b}[1;31merror:\u{1b}[0m no\n\u{1b}[1;36mhint:\u{1b}[0m say yes\n"
        );
    }

    #[test]
    fn a_request_id_is_shown_once() {
        let mut failure = missing_file();
        failure.details.request_id = Some("5F3CA1".into());
        assert!(render(&failure, false, Language::English).contains("\n  request ID: 5F3CA1\n"));
        failure
            .causes
            .push(Text::same("refused (request ID 5F3CA1)"));
        assert_eq!(
            render(&failure, false, Language::English)
                .matches("5F3CA1")
                .count(),
            1
        );
    }

    #[test]
    fn no_key_says_where_to_get_one() {
        insta::assert_snapshot!(render(&Failure::api_key_missing(), false, Language::English), @r"
        error: there is no API key: nobody has signed in, and `VECTCUT_API_KEY` is not set
        hint: run `vectcut login`, or set `VECTCUT_API_KEY` to the key from https://www.vectcut.com/auth
        hint: try an upload without a key: `vectcut upload --sandbox FILE`
        ");
    }

    #[test]
    fn a_file_that_is_too_large_says_by_how_much() {
        let path = Path::new("clip.mp4");
        let error = UploadError::TooLarge {
            path: path.into(),
            len_bytes: 6 << 30,
            max_bytes: 5 << 30,
        };
        insta::assert_snapshot!(render(&Failure::of_upload(path, &error, None), false, Language::English), @r"
        error: could not upload `clip.mp4`
          caused by: `clip.mp4` has 6442450944 bytes, and one upload holds at most 5368709120
        hint: make the file smaller
        ");
    }

    #[test]
    fn an_upload_that_never_finishes_says_what_to_change() {
        let error = UploadError::NeverFinished { starts: 4 };
        let failure = Failure::of_upload(Path::new("clip.mp4"), &error, None);
        insta::assert_snapshot!(render(&failure, false, Language::English), @r"
        error: could not upload `clip.mp4`
          caused by: the upload started over 4 times and never finished
        hint: give each run more time, or upload over a faster connection
        ");
    }

    #[test]
    fn a_stopped_file_says_what_the_next_run_does() {
        let mut failure = Failure::stopped(
            Path::new("clip.mp4"),
            StopReason::BudgetEnded,
            Some(Step::Put),
            5 << 20,
            NextRun::Resumes,
        );
        failure.details.last_cause = Some("could not connect to `b.example`".into());
        insta::assert_snapshot!(render(&failure, false, Language::English), @r"
        error: the time budget ended while uploading `clip.mp4`; 5.0 MiB are uploaded
          last failure: could not connect to `b.example`
        hint: run the same command again to resume
        ");
    }
}
