//! `vectcut explain`: what an error code or an exit code means, and what to do next.

use std::fmt::Write as _;

use crate::args::ExplainArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;
use crate::words::codes::{self, Code, Retryable};
use crate::words::{Language, failures, labels};

/// Prints the meaning of a code, or of all.
///
/// # Errors
///
/// Fails when there is no such code.
pub(crate) fn run(args: &ExplainArgs, language: Language) -> Result<ExitCode, Failure> {
    let found: Vec<_> = match &args.code {
        None => codes::all().collect(),
        Some(wanted) => {
            let is_wanted =
                |code: &&Code| code.name == wanted || (code.exit_code as u8).to_string() == *wanted;
            codes::all().filter(is_wanted).collect()
        }
    };
    if found.is_empty() {
        let what = failures::no_code(args.code.as_deref().unwrap_or_default());
        return Err(Failure::new(ExitCode::Usage, "usage", what));
    }
    let paragraphs: Vec<_> = found.iter().map(|code| paragraph(code, language)).collect();
    output::print(paragraphs.join("\n"))?;
    Ok(ExitCode::Success)
}

fn paragraph(code: &Code, language: Language) -> String {
    let retryable = match code.retryable {
        Retryable::Yes => labels::yes(),
        Retryable::Usually => labels::usually(),
        Retryable::No => labels::no(),
    };
    let mut text = format!("{}\n", code.name);
    for (label, value) in [
        (labels::meaning(), code.meaning().to(language)),
        (labels::next(), code.next().to(language)),
        (labels::exit_code(), &(code.exit_code as u8).to_string()),
        (labels::step(), code.steps),
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
}
