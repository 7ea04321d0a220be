//! `cargo xtask test`: the README's test command, the tests of the tools, and no snapshot that no test reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::process::{Failure, cargo, run as run_program};
use crate::readme::Commands;
use crate::workspace;

/// Runs the tests. Snapshots are compared and never written.
pub(crate) fn run() -> Result<(), Failure> {
    let target = workspace::target_directory()?;
    let references = target.join("snapshots-read.txt");
    if references.exists() {
        fs::remove_file(&references).map_err(|error| {
            Failure::new(format!(
                "could not delete `{}`: {error}",
                references.display()
            ))
        })?;
    }
    run_program(
        Commands::read()?
            .tests()
            .env("INSTA_UPDATE", "no")
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", &references),
    )?;
    run_program(&mut cargo([
        "test", "--locked", "-p", "xtask", "-p", "bench",
    ]))?;
    let read = fs::read_to_string(&references).unwrap_or_default();
    let unread = unread(&workspace::files()?, &file_names(&read));
    if unread.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "no test reads these snapshots, delete them:\n{}",
        unread.join("\n")
    )))
}

/// Names of snapshot files are unique, so only names are compared: the list may spell folders in other ways.
fn file_names(list: &str) -> BTreeSet<String> {
    list.lines().filter_map(file_name).collect()
}

fn file_name(path: &str) -> Option<String> {
    Path::new(path)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
}

fn unread(files: &[String], read: &BTreeSet<String>) -> Vec<String> {
    let snapshots = files.iter().filter(|file| file.ends_with(".snap"));
    snapshots
        .filter(|file| !file_name(file).is_some_and(|name| read.contains(&name)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_read_is_named() {
        let files = [
            "tests/e2e/snapshots/a.snap",
            "tests/e2e/snapshots/b.snap",
            "README.md",
        ]
        .map(str::to_owned);
        let read = file_names("/anywhere/tests/../tests/e2e/snapshots/a.snap\n");
        assert_eq!(unread(&files, &read), ["tests/e2e/snapshots/b.snap"]);
    }
}
