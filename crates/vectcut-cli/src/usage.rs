//! A command line that clap refuses, as a failure in both languages.

use std::error::Error as _;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::variables::API_KEY;
use crate::words::{Language, Text, usage as say};

/// Options that carry a key in other programs.
const KEY_OPTIONS: [&str; 6] = [
    "--api-key",
    "--apikey",
    "--key",
    "--token",
    "--password",
    "-k",
];
/// Options that ask for JSON in other programs.
const JSON_OPTIONS: [&str; 2] = ["--json", "-j"];
/// Commands that tell who is signed in, in other programs.
const WHO: [&str; 4] = ["whoami", "status", "auth", "account"];

/// Why a value is not valid, as a phrase that follows "it".
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) Text);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to(Language::English))
    }
}

impl std::error::Error for Reason {}

/// Returns what is wrong with the command line.
///
/// `command` is the one whose help explains more, such as `vectcut upload`.
pub(crate) fn failure(error: &clap::Error, arguments: &[OsString], command: &str) -> Failure {
    let failure = Failure::new(ExitCode::Usage, "usage", what(error));
    let hints = meant(error)
        .into_iter()
        .chain(suggestions(error, arguments));
    let failure = hints.fold(failure, Failure::hint);
    failure.hint(say::see_help(command))
}

/// Returns whether clap shows the help because nothing else was asked for.
pub(crate) fn is_help(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// Returns whether options were given and no command.
pub(crate) fn is_without_command(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::MissingSubcommand
}

fn what(error: &clap::Error) -> Text {
    let argument = text(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            match text(error, ContextKind::InvalidSubcommand) {
                // `vectcut help` takes the names of commands only.
                option if option.starts_with('-') => say::unexpected_argument(option),
                name => say::no_such_command(name),
            }
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => say::no_such_option(argument),
        ErrorKind::UnknownArgument => say::unexpected_argument(argument),
        ErrorKind::MissingRequiredArgument => say::missing(argument),
        ErrorKind::InvalidValue if text(error, ContextKind::InvalidValue).is_empty() => {
            say::no_value(argument)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error, argument),
        ErrorKind::ArgumentConflict => match text(error, ContextKind::PriorArg) {
            other if other == argument || other.is_empty() => say::given_twice(argument),
            other => say::conflict(argument, other),
        },
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => say::no_value(argument),
        ErrorKind::TooManyValues => {
            say::unexpected_argument(text(error, ContextKind::InvalidValue))
        }
        ErrorKind::InvalidUtf8 => say::not_utf8(),
        _ => say::other(),
    }
}

fn invalid_value(error: &clap::Error, option: String) -> Text {
    let value = text(error, ContextKind::InvalidValue);
    match error.source() {
        None => say::invalid_value(value, option),
        Some(reason) => match reason.downcast_ref::<Reason>() {
            Some(Reason(reason)) => say::invalid_value_because(value, option, reason),
            // clap's own parsers, such as that of a number in a range.
            None => {
                say::invalid_value(value, option).then(&Text::same(format_args!(" ({reason})")))
            }
        },
    }
}

/// Returns what people mean who know other programs.
fn meant(error: &clap::Error) -> Option<Text> {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = text(error, ContextKind::InvalidSubcommand);
            if WHO.contains(&&*name) {
                return Some(say::doctor_knows());
            }
            if name.starts_with("--lang") {
                return Some(say::lang_before_help());
            }
            is_file(&name).then(|| say::did_you_mean(format_args!("vectcut upload {name}")))
        }
        ErrorKind::UnknownArgument => {
            let option = text(error, ContextKind::InvalidArg);
            let name = option.split('=').next().unwrap_or_default();
            if KEY_OPTIONS.contains(&name) {
                Some(say::no_key_on_the_command_line(API_KEY))
            } else if JSON_OPTIONS.contains(&name) {
                Some(say::did_you_mean("--format json"))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Returns what clap suggests: of each kind the one that fits best.
fn suggestions(error: &clap::Error, arguments: &[OsString]) -> Vec<Text> {
    let suggested = [
        suggested_command(error, arguments),
        suggested(error, ContextKind::SuggestedArg),
        suggested(error, ContextKind::SuggestedValue),
    ];
    let mut hints: Vec<_> = suggested
        .into_iter()
        .flatten()
        .map(say::did_you_mean)
        .collect();
    let values = text(error, ContextKind::ValidValue);
    if error.kind() == ErrorKind::InvalidValue && !values.is_empty() {
        hints.push(say::possible_values(values));
    }
    if text(error, ContextKind::TrailingArg) == "true" || has_trailing(error) {
        hints.push(say::file_after_dashes(text(error, ContextKind::InvalidArg)));
    }
    hints
}

/// Returns the command that was probably meant. Where a file follows, that is `upload` rather than `uploads`.
fn suggested_command(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let kind = ContextKind::SuggestedSubcommand;
    let misspelt = text(error, ContextKind::InvalidSubcommand);
    let mut followers = arguments
        .iter()
        .skip_while(|argument| **argument != *misspelt)
        .skip(1);
    let takes_file = matches!(
        error.get(kind),
        Some(ContextValue::Strings(names)) if names.iter().any(|name| name == "upload")
    );
    match takes_file && followers.any(|follower| is_file(Path::new(follower))) {
        true => Some("upload".to_owned()),
        false => suggested(error, kind),
    }
}

/// Returns the suggestion that is most like what was typed. clap has it last.
fn suggested(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::Strings(names) => names.last().cloned(),
        _ => Some(text(error, kind)),
    }
}

/// Returns whether an argument looks like the name of a file, or is one.
fn is_file(argument: impl AsRef<Path>) -> bool {
    let path = argument.as_ref();
    path.extension().is_some() || path.exists()
}

/// Returns whether clap would accept the argument after `--`.
fn has_trailing(error: &clap::Error) -> bool {
    matches!(
        error.get(ContextKind::TrailingArg),
        Some(ContextValue::Bool(true))
    )
}

/// Returns what clap knows of the error, several values separated by commas.
fn text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(value)) => value.clone(),
        Some(ContextValue::Strings(values)) => values.join(", "),
        Some(ContextValue::StyledStr(value)) => value.to_string(),
        Some(ContextValue::Number(value)) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::CommandLine;
    use crate::diagnostics;
    use crate::help;

    /// What people type, and what the command says about it, in both languages.
    #[test]
    fn every_mistake_is_named_and_what_was_meant_is_said() {
        let lines = [
            "vectcut clip.mp4",
            "vectcut uplaod clip.mp4",
            "vectcut uploas clip.mp4",
            "vectcut uploas",
            "vectcut whoami",
            "vectcut upload",
            "vectcut upload --json clip.mp4",
            "vectcut upload --api-key=canary clip.mp4",
            "vectcut upload --bugdet 5s clip.mp4",
            "vectcut upload --budget soon clip.mp4",
            "vectcut upload --budget",
            "vectcut upload --format xml clip.mp4",
            "vectcut upload --jobs 0 clip.mp4",
            "vectcut upload --name= clip.mp4",
            "vectcut upload --sandbox --base-url http://localhost clip.mp4",
            "vectcut upload --budget 5s --budget 6s clip.mp4",
            "vectcut upload -q -v clip.mp4",
            "vectcut completions tcsh",
            "vectcut --lang zh upload --bugdet 5s clip.mp4",
            "vectcut help upload --lang zh",
        ];
        for (name, language) in [
            ("mistakes_in_english", Language::English),
            ("mistakes_in_chinese", Language::Chinese),
        ] {
            let mut said = String::new();
            for line in lines {
                let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
                let error = CommandLine::try_parse_from(line.split(' ')).expect_err(line);
                let words = diagnostics::render(
                    &failure(&error, &arguments, &help::command_of(&arguments)),
                    false,
                    language,
                );
                assert!(!words.contains("canary"), "a key was repeated");
                said += &format!("$ {line}\n{words}\n");
            }
            insta::assert_snapshot!(name, said);
        }
    }
}
