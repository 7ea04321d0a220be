//! The format of standard output, and whether standard error is JSON.

use std::ffi::OsString;

use clap::ValueEnum as _;

use super::Environment;
use crate::args::{OutputFormat, ReportFormat};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::variables::FORMAT;
use crate::words::failures;

/// Returns the format of standard output: flag, then environment, then text for a terminal and JSON for everything else.
///
/// # Errors
///
/// Fails with wrong usage if the variable names no format.
pub(crate) fn format(
    flag: Option<OutputFormat>,
    environment: &Environment,
    is_terminal: bool,
) -> Result<OutputFormat, Failure> {
    if let Some(format) = flag {
        return Ok(format);
    }
    Ok(match format_variable(environment)? {
        Some(format) => format,
        None if is_terminal => OutputFormat::Text,
        None => OutputFormat::Json,
    })
}

/// Returns the format that the variable names. A command that does not have it keeps its default.
///
/// # Errors
///
/// Fails with wrong usage if the variable names no format.
pub(crate) fn format_variable(environment: &Environment) -> Result<Option<OutputFormat>, Failure> {
    let Some(value) = environment.text(FORMAT)? else {
        return Ok(None);
    };
    let format = OutputFormat::from_str(&value, true).map_err(|_| {
        let what = failures::format_unknown(FORMAT, "json, jsonl, url, text");
        Failure::new(ExitCode::Usage, "usage", what)
    })?;
    Ok(Some(format))
}

/// Returns the format of a report: flag, then environment, then `default`.
///
/// # Errors
///
/// As [`format_variable`].
pub(crate) fn report_format(
    flag: Option<ReportFormat>,
    environment: &Environment,
    default: ReportFormat,
) -> Result<ReportFormat, Failure> {
    if let Some(format) = flag {
        return Ok(format);
    }
    Ok(match format_variable(environment)? {
        Some(OutputFormat::Json | OutputFormat::Jsonl) => ReportFormat::Json,
        Some(OutputFormat::Text) => ReportFormat::Text,
        Some(OutputFormat::Url) | None => default,
    })
}

/// Returns whether everything on standard error is to be JSON. Errors in the arguments must heed it too, so it reads them
/// before they are parsed.
pub(crate) fn wants_json(arguments: &[OsString]) -> bool {
    // What follows `--` belongs to another command.
    let ours = arguments.split(|argument| argument == "--").next();
    let ours = ours.unwrap_or_default();
    let flags = ["--log-format", "--progress"];
    ours.iter().enumerate().any(|(index, argument)| {
        let argument = argument.to_str().unwrap_or_default();
        let next = || ours.get(index + 1).is_some_and(|value| value == "json");
        flags.iter().any(|flag| match argument.strip_prefix(flag) {
            Some("") => next(),
            Some(value) => value == "=json",
            None => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_counts_first_then_the_variable_then_the_terminal() {
        const SET: &[(&str, &str)] = &[(FORMAT, "url")];
        for (flag, variables, is_terminal, expected) in [
            (None, &[][..], true, OutputFormat::Text),
            (None, &[][..], false, OutputFormat::Json),
            (None, SET, true, OutputFormat::Url),
            (Some(OutputFormat::Jsonl), SET, true, OutputFormat::Jsonl),
        ] {
            let environment = Environment::of(variables);
            let found = format(flag, &environment, is_terminal).expect("a format");
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_variable_that_names_no_format_is_wrong_usage() {
        let environment = Environment::of(&[(FORMAT, "xml")]);
        let failure = format(None, &environment, false).expect_err("no format");
        assert_eq!(failure.exit_code, ExitCode::Usage);
    }

    #[test]
    fn standard_error_is_json_when_a_flag_says_so() {
        for (line, expected) in [
            ("vectcut upload a", false),
            ("vectcut --log-format json upload a", true),
            ("vectcut upload --log-format=json a", true),
            ("vectcut upload --progress json a", true),
            ("vectcut upload --progress lines json", false),
            ("vectcut upload --format json a", false),
            ("vectcut sandbox -- tool --progress json", false),
        ] {
            let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
            assert_eq!(wants_json(&arguments), expected, "{line}");
        }
    }
}
