//! Sets the version of every crate: in the root manifest, and in the lock files.

use std::fs;

use crate::process::{Failure, cargo, run as run_program};
use crate::{signer_users, workspace};

const MANIFEST: &str = "Cargo.toml";

/// Writes the version where the root manifest has it, and brings the lock file up to date.
pub(crate) fn set(version: &str) -> Result<(), Failure> {
    let numbers: Vec<&str> = version.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        return Err(Failure::new(format!(
            "`{version}` is not MAJOR.MINOR.PATCH"
        )));
    }
    let text = with_version(&workspace::read(MANIFEST)?, version);
    fs::write(workspace::root().join(MANIFEST), text)
        .map_err(|error| Failure::new(format!("could not write `{MANIFEST}`: {error}")))?;
    run_program(&mut cargo(["update", "--quiet", "--workspace"]))?;
    signer_users::update_locks()
}

/// Replaces the version of the package table and those of the crates in `crates/`.
fn with_version(manifest: &str, version: &str) -> String {
    let mut table = "";
    let lines = manifest.lines().map(|line| {
        if line.starts_with('[') {
            table = line;
        }
        let is_crate = line.contains("path = \"crates/");
        let is_package = table == "[workspace.package]" && line.starts_with("version = ");
        match line.split_once("version = \"") {
            Some((before, rest)) if is_crate || is_package => {
                let after = rest.split_once('"').map_or("", |(_, after)| after);
                format!("{before}version = \"{version}\"{after}\n")
            }
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_of_the_own_crates_change() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\n\
                        own = { path = \"crates/own\", version = \"0.1.0\" }\n\
                        other = { version = \"0.1.0\" }\n";
        let expected = "[workspace.package]\nversion = \"0.2.0\"\n\n[workspace.dependencies]\n\
                        own = { path = \"crates/own\", version = \"0.2.0\" }\n\
                        other = { version = \"0.1.0\" }\n";
        assert_eq!(with_version(manifest, "0.2.0"), expected);
    }

    #[test]
    fn a_text_that_is_no_version_is_refused() {
        for text in ["", "1", "1.2", "v1.2.3", "1.2.x"] {
            assert!(set(text).is_err(), "{text}");
        }
    }
}
