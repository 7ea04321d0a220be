//! `vectcut reference`: what documents and packages take from the definitions of the command line.
//!
//! It is hidden from the help: `cargo xtask docs` and `cargo xtask dist` call it.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use clap::{Arg, ArgAction, Command};

use super::explain;
use crate::args::{Page, ReferenceArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::help;
use crate::output;
use crate::words::{Language, failures};

/// Prints or writes a page.
///
/// # Errors
///
/// Fails when there is no such command, and when the page cannot be written.
pub(crate) fn run(args: &ReferenceArgs) -> Result<ExitCode, Failure> {
    let mut root = help::command(Language::English);
    root.build();
    match &args.page {
        Page::Options { names } => {
            let command = names.iter().try_fold(&root, |command, name| {
                command.find_subcommand(name).ok_or_else(|| {
                    Failure::new(ExitCode::Usage, "usage", failures::no_command(name))
                })
            })?;
            output::print(table(command, names.is_empty()))?;
        }
        Page::Errors => output::print(explain::markdown())?,
        Page::Man { folder } => write_man(root, folder)
            .map_err(|error| Failure::internal(failures::write(folder.display()), &error))?,
    }
    Ok(ExitCode::Success)
}

/// Returns the options of a command. Those of every command are in the table of `vectcut` itself.
fn table(command: &Command, is_root: bool) -> String {
    let mut table = String::from("| option | meaning |\n|---|---|\n");
    let arguments = command.get_arguments().filter(|argument| {
        !argument.is_hide_set()
            && argument.is_global_set() == is_root
            && argument.get_id() != "help"
    });
    for argument in arguments {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} | {} |", usage(argument), meaning(argument));
    }
    table
}

/// Returns how an argument is written, such as `` `-r`, `--recursive` `` or `` `--budget TIME` ``.
fn usage(argument: &Arg) -> String {
    let names: Vec<_> = argument.get_value_names().unwrap_or_default().to_vec();
    let value = match argument.get_action() {
        ArgAction::Set | ArgAction::Append => names.join(" "),
        _ => String::new(),
    };
    let short = argument.get_short().map(|short| format!("`-{short}`"));
    let long = argument.get_long().map(|long| match value.is_empty() {
        true => format!("`--{long}`"),
        false => format!("`--{long} {value}`"),
    });
    let mut written: Vec<_> = short.into_iter().chain(long).collect();
    if written.is_empty() {
        written.push(format!("`{value}`"));
    }
    written.join(", ")
}

fn meaning(argument: &Arg) -> String {
    let help = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut meaning = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted = |names: Vec<String>| names.join("`, `");
    if let ArgAction::Set | ArgAction::Append = argument.get_action() {
        let values = argument.get_possible_values();
        let values = values.iter().filter(|value| !value.is_hide_set());
        let values: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        if !values.is_empty() {
            meaning += &format!("; `{}`", quoted(values));
        }
        let defaults = argument.get_default_values().iter();
        let defaults: Vec<_> = defaults
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        if !defaults.is_empty() {
            meaning += &format!(" [default: `{}`]", quoted(defaults));
        }
    }
    meaning.replace('|', "\\|")
}

fn write_man(root: Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(root, folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_a_row_with_its_values_and_its_default() {
        let mut root = help::command(Language::English);
        root.build();
        let upload = root.find_subcommand("upload").expect("a command");
        let table = table(upload, false);
        let row = table.lines().find(|row| row.contains("--signature"));
        assert_eq!(
            row,
            Some(
                "| `--signature VERSION` | OSS signature version; auto tries V1, then V4 if OSS rejects V1; `auto`, `v1`, `v4` [default: `auto`] |"
            )
        );
        assert!(!table.contains("--verbose"), "{table}");
    }

    #[test]
    fn every_command_has_a_man_page() {
        let folder = std::env::temp_dir().join(format!("vectcut-man-{}", std::process::id()));
        write_man(help::command(Language::English), &folder).expect("pages");
        for page in ["vectcut.1", "vectcut-upload.1", "vectcut-sandbox.1"] {
            let text = std::fs::read_to_string(folder.join(page)).expect(page);
            assert!(
                text.contains(".SH NAME") && text.contains(".SH OPTIONS"),
                "{page}"
            );
        }
        std::fs::remove_dir_all(&folder).expect("our own folder");
    }
}
