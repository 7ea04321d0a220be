//! Where the repository is, which files it has, and what cargo says about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{Failure, cargo, output};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The files of the repository, relative to its top: tracked or new, but not ignored.
pub(crate) fn files() -> Result<Vec<String>, Failure> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listing = output(Command::new("git").current_dir(root()).args(arguments))?;
    let present = |file: &&str| root().join(file).exists();
    Ok(listing.lines().filter(present).map(str::to_owned).collect())
}

/// Reads a file of the repository, named relative to its top.
pub(crate) fn read(file: &str) -> Result<String, Failure> {
    fs::read_to_string(root().join(file))
        .map_err(|error| Failure::new(format!("could not read `{file}`: {error}")))
}

/// `cargo metadata` with the resolved tree.
pub(crate) fn metadata() -> Result<Value, Failure> {
    let text = output(&mut cargo([
        "metadata",
        "--locked",
        "--format-version",
        "1",
    ]))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("cargo metadata is not JSON: {error}")))
}

/// Cargo's target folder, which `CARGO_TARGET_DIR` may have moved.
pub(crate) fn target_directory() -> Result<PathBuf, Failure> {
    match metadata()?["target_directory"].as_str() {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Err(Failure::new("cargo metadata names no target directory")),
    }
}
