//! The two commands that the README promises to everyone; this repository's own proofs run them as they stand there.

use std::process::Command;

use crate::process::Failure;
use crate::workspace;

/// The commands of the README's first block: the demonstration, then all tests.
#[derive(PartialEq, Eq)]
pub(crate) struct Commands {
    demonstration: String,
    tests: String,
}

impl Commands {
    /// Reads them from README.md.
    pub(crate) fn read() -> Result<Self, Failure> {
        let commands = Self::of("README.md")?;
        let chinese = Self::of("docs/zh-CN/README.md")?;
        match commands == chinese {
            true => Ok(commands),
            false => Err(Failure::new(
                "README.md and docs/zh-CN/README.md promise different commands",
            )),
        }
    }

    fn of(path: &str) -> Result<Self, Failure> {
        find(&workspace::read(path)?).ok_or_else(|| {
            Failure::new(format!(
                "{path}: its first block of shell commands does not hold two commands"
            ))
        })
    }

    /// Uploads a file to a sandbox and prints JSON.
    pub(crate) fn demonstration(&self) -> Command {
        command(&self.demonstration)
    }

    /// Runs every test of the product.
    pub(crate) fn tests(&self) -> Command {
        command(&self.tests)
    }
}

fn find(readme: &str) -> Option<Commands> {
    let (_, block) = readme.split_once("```sh\n")?;
    let mut lines = block.lines().take_while(|line| *line != "```");
    Some(Commands {
        demonstration: lines.next()?.to_owned(),
        tests: lines.next()?.to_owned(),
    })
}

/// Neither command quotes anything, so words are split at spaces.
fn command(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.current_dir(workspace::root()).args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_the_first_two_lines_of_the_first_shell_block() {
        let readme = "# Title\n\n```text\nno\n```\n\n```sh\ncargo run\ncargo test\n```\n";
        let commands = find(readme).expect("there are two");
        assert_eq!(commands.demonstration, "cargo run");
        assert_eq!(commands.tests, "cargo test");
        assert!(find("# Title\n\n```sh\ncargo run\n```\ntext\n").is_none());
    }

    #[test]
    fn the_readme_has_both_commands_and_builds_what_the_lock_file_names() {
        let commands = Commands::read().expect("the README has them");
        assert!(commands.demonstration.starts_with("cargo run --locked"));
        assert!(commands.tests.starts_with("cargo test --locked"));
    }
}
