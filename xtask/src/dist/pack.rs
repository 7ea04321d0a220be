//! Packs folders so that the same files give the same bytes, and sums the packages up.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Release, unusable, write};
use crate::process::{Failure, output, run as run_program};
use crate::workspace;

/// The file with a checksum for each package.
pub(super) const SUMS: &str = "SHA256SUMS";

/// Packs what is in a folder of the layout. The name of the package says how: `.tar.gz`, `.tgz`, or zip for all others.
pub(super) fn pack(release: &Release, folder: &Path, package: &str) -> Result<(), Failure> {
    run_program(
        Command::new("python3")
            .arg(workspace::root().join("xtask/packaging/pack.py"))
            .arg(folder)
            .arg(release.files.join(package))
            .arg(release.epoch.to_string()),
    )
}

/// Writes [`SUMS`] in the format of `sha256sum --check`.
pub(super) fn write_sums(folder: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unusable(folder, &error))?;
    let names = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name());
    let mut names: Vec<_> = names.filter(|name| name != SUMS).collect();
    names.sort();
    let mut sha256sum = Command::new("sha256sum");
    let mut shasum = Command::new("shasum");
    shasum.args(["-a", "256"]);
    let found = output(sha256sum.current_dir(folder).args(&names));
    let sums = found.or_else(|_| output(shasum.current_dir(folder).args(&names)))?;
    write(&folder.join(SUMS), &sums)
}
