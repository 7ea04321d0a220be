//! No snapshot waits to be read.
//!
//! Pending snapshots are ignored by git, so this looks at the folders themselves.
//! Snapshots that no test reads any more are found by `cargo xtask test`, which knows what was read.

use std::fs;
use std::path::Path;

use crate::process::Failure;
use crate::workspace;

/// Names every snapshot that a test wrote and nobody accepted.
pub(super) fn findings() -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for folder in ["crates", "tests", "xtask"] {
        pending_in(&workspace::root().join(folder), &mut findings)
            .map_err(|error| Failure::new(format!("could not search `{folder}`: {error}")))?;
    }
    Ok(findings)
}

fn pending_in(folder: &Path, findings: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && name != "target" {
            pending_in(&path, findings)?;
        } else if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
            findings.push(format!(
                "{}: read it, then accept it or mend the code",
                path.display()
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_can_be_searched() {
        let mut findings = Vec::new();
        pending_in(&workspace::root().join("xtask"), &mut findings).expect("xtask is a folder");
        assert_eq!(findings, Vec::<String>::new());
    }
}
