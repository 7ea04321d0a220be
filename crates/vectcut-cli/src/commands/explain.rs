//! `vectcut explain`: what an error code or an exit code means, and what to do next.

use std::fmt::Write as _;

use crate::args::ExplainArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;
use crate::words::codes::{self, Code, Retryable};
use crate::words::{Language, Text, exit_codes, failures, labels};

/// Prints the meaning of a code, or of all.
///
/// # Errors
///
/// Fails when there is no such code.
pub(crate) fn run(args: &ExplainArgs, language: Language) -> Result<ExitCode, Failure> {
    output::print(explained(args.code.as_deref(), language)?)?;
    Ok(ExitCode::Success)
}

fn explained(wanted: Option<&str>, language: Language) -> Result<String, Failure> {
    let is_wanted = |name: &str, exit_code: ExitCode| match wanted {
        None => true,
        Some(wanted) => name == wanted || (exit_code as u8).to_string() == wanted,
    };
    let paragraphs: Vec<_> = codes::all()
        .filter(|code| is_wanted(code.name, code.exit_code))
        .map(|code| paragraph(code, language))
        .chain(
            [of_success(), of_several()]
                .into_iter()
                // They have no name among the error codes.
                .filter(|(exit_code, ..)| wanted.is_some() && is_wanted("", *exit_code))
                .map(|row| exit_code_paragraph(&row, language)),
        )
        .collect();
    match (&*paragraphs, wanted) {
        ([], Some(wanted)) => {
            let what = failures::no_code(wanted);
            Err(Failure::new(ExitCode::Usage, "usage", what).hint(failures::all_codes()))
        }
        _ => Ok(paragraphs.join("\n")),
    }
}

/// The exit code of a run without a failure: its meaning, and what to do next.
fn of_success() -> (ExitCode, Text, Text) {
    let (meaning, next) = (exit_codes::success(), exit_codes::use_urls());
    (ExitCode::Success, meaning, next)
}

/// The exit code of a run whose files failed for different reasons.
fn of_several() -> (ExitCode, Text, Text) {
    let (meaning, next) = (exit_codes::some_failed(), exit_codes::read_each_error());
    (ExitCode::SomeFailed, meaning, next)
}

fn exit_code_paragraph(
    (code, meaning, next): &(ExitCode, Text, Text),
    language: Language,
) -> String {
    format!(
        "{}\n  {} {}\n  {} {}\n",
        *code as u8,
        labels::meaning().to(language),
        meaning.to(language),
        labels::next().to(language),
        next.to(language),
    )
}

fn paragraph(code: &Code, language: Language) -> String {
    let retryable = match code.retryable {
        Retryable::Yes => labels::yes(),
        Retryable::Usually => labels::usually(),
        Retryable::No => labels::no(),
    };
    let steps = match code.steps {
        "any" => labels::any_step(),
        "-" => labels::no_step(),
        steps => Text::same(steps),
    };
    let mut text = format!("{}\n", code.name);
    for (label, value) in [
        (labels::meaning(), code.meaning().to(language)),
        (labels::next(), code.next().to(language)),
        (labels::exit_code(), &(code.exit_code as u8).to_string()),
        (labels::step(), steps.to(language)),
        (labels::retryable(), retryable.to(language)),
    ] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {} {value}", label.to(language));
    }
    text
}

/// Returns the table of `docs/errors.md`.
pub(crate) fn markdown() -> String {
    let mut table = String::from(
        "| code | meaning | what to do next | exit code | step | retryable |\n|---|---|---|---|---|---|\n",
    );
    for code in codes::all() {
        let retryable = match code.retryable {
            Retryable::Yes => "yes",
            Retryable::Usually => "see `retryable`",
            Retryable::No => "no",
        };
        let steps = code.steps.replace(", ", "`, `");
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | `{steps}` | {retryable} |",
            code.name,
            code.meaning().to(Language::English),
            code.next().to(Language::English),
            code.exit_code as u8,
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_explained_in_both_languages() {
        let code = codes::all().next().expect("the first code");
        let english = paragraph(code, Language::English);
        let chinese = paragraph(code, Language::Chinese);
        insta::assert_snapshot!(format!("{english}\n{chinese}"));
    }

    #[test]
    fn every_exit_code_is_explained() {
        for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "75", "130"] {
            for language in [Language::English, Language::Chinese] {
                let text = explained(Some(code), language).expect(code);
                assert!(text.lines().count() >= 3, "{code}: {text}");
            }
        }
        let several = explained(Some("8"), Language::English).expect("an exit code");
        assert!(
            several.starts_with("8\n") && several.contains("read `error` of each result"),
            "{several}"
        );
        let failure = explained(Some("9"), Language::English).expect_err("no code");
        assert_eq!(failure.hints, [failures::all_codes()]);
    }
}
