//! `cargo xtask golden`: every signature vector through the signer and through the sandbox's verifier.
//!
//! The two share no code, and the expected values come from the vendor's own SDKs and documents.
//! Both test programs read the file that `OSS_VECTORS_FILE` names instead of the repository's own when it is set.

use std::path::Path;
use std::process::Command;

use crate::process::{Failure, cargo, output};

/// Runs the repository's vectors, or those of one file, and prints how many passed on each side.
pub(crate) fn run(vectors: Option<&Path>) -> Result<(), Failure> {
    let file = match vectors {
        Some(file) => Some(file.canonicalize().map_err(|error| {
            Failure::new(format!("could not open `{}`: {error}", file.display()))
        })?),
        None => None,
    };
    let mut signer = cargo([
        "test",
        "--locked",
        "--quiet",
        "-p",
        "oss-signer",
        "--test",
        "vectors",
        "--",
        "--nocapture",
    ]);
    let mut sandbox = cargo([
        "test",
        "--locked",
        "--quiet",
        "-p",
        "e2e",
        "--test",
        "e2e",
        "vectors::",
        "--",
        "--nocapture",
    ]);
    for (side, command) in [("signer", &mut signer), ("sandbox", &mut sandbox)] {
        if let Some(file) = &file {
            command.env("OSS_VECTORS_FILE", file);
        }
        report(side, command)?;
    }
    Ok(())
}

fn report(side: &str, command: &mut Command) -> Result<(), Failure> {
    let text = output(command)?;
    let tallies = tallies(side, &text);
    for tally in &tallies {
        println!("{tally}");
    }
    if tallies.is_empty() {
        return Err(Failure::new(format!("the {side} ran no vector")));
    }
    Ok(())
}

/// The lines in which a test program says how many vectors passed, such as `signer: 93 of 93 vectors passed (v1)`.
fn tallies<'a>(side: &str, text: &'a str) -> Vec<&'a str> {
    let after_dots = |line: &'a str| line.find(&format!("{side}: ")).map(|start| &line[start..]);
    text.lines()
        .filter_map(after_dots)
        .filter(|line| line.contains(" vectors "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_are_found_behind_the_test_programs_dots() {
        let text = "\nrunning 2 tests\n.signer: 93 of 93 vectors passed (v1)\n.\ntest result: ok\n";
        assert_eq!(
            tallies("signer", text),
            ["signer: 93 of 93 vectors passed (v1)"]
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let failure = run(Some(Path::new("no/such/file.json"))).expect_err("there is no such file");
        assert!(
            failure
                .to_string()
                .starts_with("could not open `no/such/file.json`")
        );
    }
}
