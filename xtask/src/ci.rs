//! `cargo xtask ci`: all that must hold, step by step, with the time of each.

use std::process::Command;

use serde_json::Value;

use crate::process::{Failure, output};
use crate::steps::step;
use crate::{check, dist, golden, peers, test, workspace};

/// Runs every step and stops at the first that fails.
pub(crate) fn run() -> Result<(), Failure> {
    step("check", || check::run(false))?;
    step("test", test::run)?;
    step("golden", || golden::run(None))?;
    step("peers", peers::run)?;
    step("the README's first command", readme_command)?;
    step("dist", dist::run)
}

/// Runs the README's first command as it stands there and reads its JSON.
fn readme_command() -> Result<(), Failure> {
    let readme = workspace::read("README.md")?;
    let Some(line) = first_command(&readme) else {
        return Err(Failure::new("README.md has no block of commands"));
    };
    println!("{line}");
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    let text = output(
        Command::new(program)
            .current_dir(workspace::root())
            .args(words),
    )?;
    println!("{text}");
    let status = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|json| Some(json["status"].as_str()?.to_owned()));
    match status.as_deref() {
        Some("uploaded") => Ok(()),
        _ => Err(Failure::new(
            "its output is not the JSON of an upload that succeeded",
        )),
    }
}

/// The first line of the first block that is marked as shell input.
fn first_command(readme: &str) -> Option<&str> {
    let (_, block) = readme.split_once("```sh\n")?;
    block.lines().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_command_is_the_first_line_of_the_first_shell_block() {
        let readme = "# Title\n\n```text\nno\n```\n\n```sh\ncargo run\ncargo test\n```\n";
        assert_eq!(first_command(readme), Some("cargo run"));
    }

    #[test]
    fn the_readme_has_a_command() {
        let readme = workspace::read("README.md").expect("there is a README");
        assert!(first_command(&readme).is_some_and(|line| line.starts_with("cargo run --release")));
    }
}
