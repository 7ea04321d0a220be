//! The help, in both languages. English comes from the definitions in [`args`](crate::args), Chinese from
//! `help/chinese.txt`.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _};

use crate::args::CommandLine;
use crate::words::Language;

/// A paragraph for each command and each argument. Its first line is `# vectcut COMMAND ARGUMENT`.
const CHINESE: &str = include_str!("help/chinese.txt");

/// Reads a command line.
///
/// # Errors
///
/// Fails when it cannot be used, and when it asks for help; the error prints that help.
pub(crate) fn parse(
    arguments: Vec<OsString>,
    language: Language,
) -> clap::error::Result<CommandLine> {
    let matches = command(language).try_get_matches_from(arguments)?;
    CommandLine::from_arg_matches(&matches)
}

/// Returns the definition of the command line with its help in a language.
pub(crate) fn command(language: Language) -> Command {
    let mut command = CommandLine::command();
    if language == Language::English {
        return command;
    }
    // Adds `--help` and the other arguments that clap defines by itself.
    command.build();
    translated(command, "vectcut", &paragraphs())
}

/// Returns the command that a line names, with its parents, such as `vectcut uploads resume`. Options that every command
/// has may stand before it.
pub(crate) fn command_of(arguments: &[OsString]) -> String {
    let root = CommandLine::command();
    let mut definition = &root;
    let mut name = definition.get_name().to_owned();
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        if let Some(child) = definition.find_subcommand(argument) {
            definition = child;
            name += &format!(" {}", definition.get_name());
        } else if let Some(option) = global_option(&root, argument) {
            let has_value_in_it = argument.to_string_lossy().contains('=');
            if option.get_action().takes_values() && !has_value_in_it {
                arguments.next();
            }
        } else {
            break;
        }
    }
    name
}

/// Returns the option of every command that an argument is, such as `--lang=zh` or `-vv`.
fn global_option<'a>(root: &'a Command, argument: &OsString) -> Option<&'a Arg> {
    let argument = argument.to_str()?;
    let long = argument.strip_prefix("--");
    let long = long.map(|long| long.split('=').next().unwrap_or(long));
    let short = argument
        .strip_prefix('-')
        .and_then(|short| short.chars().next());
    root.get_arguments().find(|option| match long {
        Some(long) => option.get_long() == Some(long),
        None => short.is_some() && option.get_short() == short,
    })
}

/// Returns the paragraphs of the Chinese help by their first line.
fn paragraphs() -> HashMap<&'static str, &'static str> {
    let paragraphs = CHINESE.split("\n# ").skip(1);
    let named = paragraphs.filter_map(|paragraph| paragraph.split_once('\n'));
    named.map(|(name, text)| (name, text.trim_end())).collect()
}

fn translated(command: Command, name: &str, words: &HashMap<&str, &'static str>) -> Command {
    let text = |key: &str| words.get(key).copied();
    let mut command = command
        .help_template("{before-help}{about-with-newline}\n用法: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .mut_args(|argument| {
            let key = key(name, &argument);
            match text(&key) {
                Some(help) => argument_with(argument, help),
                None => argument,
            }
        });
    if let Some(about) = text(name) {
        command = match about.split_once("\n\n") {
            Some((short, _)) => command.about(short).long_about(about),
            None => command.about(about),
        };
    }
    if let Some(examples) = text(&format!("{name} examples")) {
        command = command.after_long_help(examples);
    }
    command.mut_subcommands(|child| {
        let name = format!("{name} {}", child.get_name());
        let child = translated(child, &name, words);
        // clap adds it to every command that has commands of its own.
        match (child.get_name(), text("vectcut help")) {
            ("help", Some(about)) => child.about(about),
            _ => child,
        }
    })
}

/// Returns the name of an argument's paragraph. Those of every command have one paragraph.
fn key(command: &str, argument: &Arg) -> String {
    let long = argument.get_long().map(|long| format!("--{long}"));
    let name = long.unwrap_or_else(|| argument.get_id().to_string());
    match argument.is_global_set() || matches!(&*name, "--help" | "--version") {
        true => format!("vectcut {name}"),
        false => format!("{command} {name}"),
    }
}

fn argument_with(argument: Arg, help: &'static str) -> Arg {
    let heading = match argument.get_help_heading() {
        Some("Servers") => "服务器",
        Some("Transfer") => "传输",
        Some("Logging") => "日志",
        Some("Policy") => "策略",
        Some("Faults") => "故障",
        Some(_) | None if argument.is_positional() => "参数",
        Some(_) | None => "选项",
    };
    // clap's own words for these are English.
    let values: Vec<PossibleValue> = match argument.get_action() {
        ArgAction::Set | ArgAction::Append => argument.get_possible_values(),
        _ => Vec::new(),
    };
    let values: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    let mut help = help.to_owned();
    if !values.is_empty() {
        help += &format!(" [可选值：{}]", values.join("、"));
    }
    if !defaults.is_empty() && argument.get_action().takes_values() {
        help += &format!(" [默认：{}]", defaults.join("、"));
    }
    argument
        .help(help)
        .long_help(None::<&str>)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn help(arguments: &[&str]) -> String {
        // A fixed width: the terminal of whoever runs the tests must not matter.
        let command = command(Language::Chinese).term_width(100);
        let error = command
            .try_get_matches_from(arguments)
            .expect_err("help is an early exit");
        error.to_string()
    }

    #[test]
    fn chinese_help_of_the_command() {
        insta::assert_snapshot!(help(&["vectcut", "--help"]));
    }

    #[test]
    fn chinese_help_of_upload() {
        insta::assert_snapshot!(help(&["vectcut", "upload", "--help"]));
    }

    fn keys(command: &Command, name: &str, found: &mut BTreeSet<String>) {
        if command.is_hide_set() {
            return;
        }
        found.insert(name.to_owned());
        if command.get_after_long_help().is_some() {
            found.insert(format!("{name} examples"));
        }
        let shown = command
            .get_arguments()
            .filter(|argument| !argument.is_hide_set());
        found.extend(shown.map(|argument| key(name, argument)));
        for child in command.get_subcommands() {
            if child.get_name() != "help" {
                keys(child, &format!("{name} {}", child.get_name()), found);
            }
        }
    }

    #[test]
    fn every_command_and_argument_has_a_paragraph_in_chinese_and_no_other_has() {
        let mut command = CommandLine::command();
        command.build();
        let mut wanted = BTreeSet::new();
        keys(&command, "vectcut", &mut wanted);
        wanted.insert("vectcut help".to_owned());
        let written: BTreeSet<_> = paragraphs().into_keys().map(str::to_owned).collect();
        let missing: Vec<_> = wanted.difference(&written).collect();
        let unused: Vec<_> = written.difference(&wanted).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "src/help/chinese.txt lacks {missing:#?} and does not need {unused:#?}"
        );
    }

    #[test]
    fn the_chinese_help_of_commands_within_commands_has_no_english_line() {
        let help = help(&["vectcut", "uploads", "--help"]);
        assert!(help.contains("显示某个命令的帮助"), "{help}");
        assert!(!help.contains("Print"), "{help}");
    }

    #[test]
    fn the_command_of_a_line_is_found_behind_the_options_of_every_command() {
        for (line, command) in [
            ("vectcut", "vectcut"),
            ("vectcut upload --budget soon", "vectcut upload"),
            ("vectcut --lang zh upload", "vectcut upload"),
            (
                "vectcut --lang=zh -vv uploads -q resume",
                "vectcut uploads resume",
            ),
            ("vectcut --bugdet upload", "vectcut"),
        ] {
            let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
            assert_eq!(command_of(&arguments), command, "{line}");
        }
    }

    #[test]
    fn both_languages_parse_the_same_line() {
        for language in [Language::English, Language::Chinese] {
            let line = ["vectcut", "upload", "--budget", "5s", "-v", "clip.mp4"];
            let line = parse(line.map(OsString::from).to_vec(), language);
            assert_eq!(line.expect("a good line").logging.verbose, 1);
        }
    }
}
