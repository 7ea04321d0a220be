//! What a check found, and how a report shows it.

use std::fmt::Write as _;

use console::{Alignment, pad_str};
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit_code::ExitCode;
use crate::plain_text::escape_json;
use crate::words::{Language, Text, labels};
use crate::wrapping::wrapped;

const NAME_COLUMNS: usize = 12;

/// How good what a check found is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    /// It works, and somebody should know.
    Warning,
    /// Uploads fail, with this exit code.
    Failed(ExitCode),
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Finding {
    /// A stable name for programs.
    pub(super) check: &'static str,
    pub(super) name: Text,
    pub(super) mark: Mark,
    pub(super) message: Text,
    pub(super) hints: Vec<Text>,
}

impl Finding {
    pub(super) fn new(check: &'static str, name: Text, mark: Mark, message: Text) -> Self {
        Self {
            check,
            name,
            mark,
            message,
            hints: Vec::new(),
        }
    }

    pub(super) fn hint(mut self, hint: Text) -> Self {
        self.hints.push(hint);
        self
    }

    pub(super) fn hints(self, hints: impl IntoIterator<Item = Text>) -> Self {
        hints.into_iter().fold(self, Self::hint)
    }
}

/// Returns the exit code of a report: settings before the key, the key before the network. Warnings are no failure.
pub(super) fn exit_code(findings: &[Finding]) -> ExitCode {
    const ORDER: [ExitCode; 3] = [ExitCode::Usage, ExitCode::ApiKey, ExitCode::Unavailable];
    let failed: Vec<_> = findings
        .iter()
        .filter_map(|finding| match finding.mark {
            Mark::Failed(code) => Some(code),
            _ => None,
        })
        .collect();
    let first = ORDER.into_iter().find(|code| failed.contains(code));
    first
        .or(failed.first().copied())
        .unwrap_or(ExitCode::Success)
}

/// Returns the report for people: a line for each check, and what to do below it.
///
/// With `columns`, those of a terminal, no line is longer.
pub(super) fn text(
    findings: &[Finding],
    language: Language,
    is_ascii: bool,
    columns: Option<usize>,
) -> String {
    let fit = |line: String, hanging| match columns {
        Some(columns) => wrapped(&line, columns, hanging),
        None => line,
    };
    let mut text = String::new();
    for finding in findings {
        let mark = match (finding.mark, is_ascii) {
            (Mark::Good, false) => "✓",
            (Mark::Good, true) => "+",
            (Mark::Warning, _) => "!",
            (Mark::Failed(_), false) => "✗",
            (Mark::Failed(_), true) => "x",
        };
        let name = finding.name.to(language);
        let name = pad_str(name, NAME_COLUMNS, Alignment::Left, None);
        let line = format!("{mark} {name} {}", finding.message.to(language));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", fit(line, NAME_COLUMNS + 3));
        for hint in &finding.hints {
            let line = format!("    {}", labels::hinted(hint).to(language));
            let _ = writeln!(text, "{}", fit(line, 2));
        }
    }
    text
}

/// What the checks found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "report")]
pub(crate) struct Report<'a> {
    /// The version of the program.
    version: &'static str,
    /// How the command ends.
    exit_code: u8,
    /// The checks. More may come.
    checks: Vec<Check<'a>>,
}

/// One check.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "check")]
struct Check<'a> {
    /// A stable name for programs.
    check: &'static str,
    status: Status,
    /// What was found, for people.
    message: &'a str,
    /// What a person can do.
    hints: Vec<&'a str>,
}

/// How good what was found is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "status")]
enum Status {
    Ok,
    Warning,
    Failed,
}

/// Returns the report for programs.
///
/// # Errors
///
/// Never for texts and numbers.
pub(super) fn json(findings: &[Finding], language: Language) -> serde_json::Result<String> {
    let checks = findings.iter().map(|finding| Check {
        check: finding.check,
        status: match finding.mark {
            Mark::Good => Status::Ok,
            Mark::Warning => Status::Warning,
            Mark::Failed(_) => Status::Failed,
        },
        message: finding.message.to(language),
        hints: finding.hints.iter().map(|hint| hint.to(language)).collect(),
    });
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        exit_code: exit_code(findings) as u8,
        checks: checks.collect(),
    };
    let report = serde_json::to_string_pretty(&report)?;
    Ok(format!("{}\n", escape_json(&report)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(mark: Mark) -> Finding {
        Finding::new("clock", Text::same("clock"), mark, Text::same("ten past"))
    }

    #[test]
    fn the_exit_code_is_that_of_what_comes_first() {
        let failed = |code| finding(Mark::Failed(code));
        for (findings, expected) in [
            (vec![], ExitCode::Success),
            (vec![finding(Mark::Warning)], ExitCode::Success),
            (
                vec![failed(ExitCode::Unavailable), failed(ExitCode::ApiKey)],
                ExitCode::ApiKey,
            ),
            (
                vec![failed(ExitCode::ApiKey), failed(ExitCode::Usage)],
                ExitCode::Usage,
            ),
        ] {
            assert_eq!(exit_code(&findings), expected);
        }
    }

    #[test]
    fn a_terminal_without_utf8_gets_ascii() {
        let findings = [
            finding(Mark::Good),
            finding(Mark::Failed(ExitCode::ApiKey)).hint(Text::same("set it")),
        ];
        insta::assert_snapshot!(text(&findings, Language::English, false, None), @r"
        ✓ clock        ten past
        ✗ clock        ten past
            hint: set it
        ");
        assert!(text(&findings, Language::English, true, None).is_ascii());
    }
}
