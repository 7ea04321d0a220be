//! Builds the binary with the `dist` profile, so that it does not tell in which folder.
//!
//! With cargo-zigbuild, a binary for Linux with glibc needs glibc 2.17 only. Without it, it needs the glibc of this computer.
//! With cargo-auditable, the binary has the list of its dependencies in a section that is never loaded.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::target::Target;
use crate::process::{Failure, run as run_program};
use crate::workspace;

/// The oldest glibc that a binary runs with: that of CentOS 7 and of manylinux2014.
const GLIBC: &str = "2.17";

/// Builds for a target and returns the binary.
pub(super) fn build(target: &Target, epoch: u64) -> Result<PathBuf, Failure> {
    let folder = workspace::target_directory()?;
    let mut command = command(target);
    command
        .current_dir(workspace::root())
        .args([
            "--locked",
            "--quiet",
            "--profile",
            "dist",
            "-p",
            "vectcut-cli",
            "--bin",
            "vectcut",
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&folder)?)
        .env("SOURCE_DATE_EPOCH", epoch.to_string());
    if let Some(commit) = commit() {
        command.env("VECTCUT_COMMIT", commit);
    }
    run_program(&mut command)?;
    Ok(folder
        .join(target.triple())
        .join("dist")
        .join(target.binary()))
}

/// `cargo build` or `cargo zigbuild` for a target.
fn command(target: &Target) -> Command {
    let mut command = Command::new("cargo");
    if has_auditable() {
        command.arg("auditable");
    } else {
        println!(
            "{target}: built without the list of dependencies; cargo-auditable would embed it"
        );
    }
    if target.is_linux() && has_zigbuild() {
        let glibc = if target.is_musl() {
            String::new()
        } else {
            format!(".{GLIBC}")
        };
        command.args(["zigbuild", "--target", &format!("{target}{glibc}")]);
    } else {
        println!(
            "{target}: built with the linker that cargo finds; cargo-zigbuild would allow an older glibc"
        );
        command.args(["build", "--target", target.triple()]);
    }
    command
}

/// The commit, with `-dirty` after it if a file differs from it; none outside git.
fn commit() -> Option<String> {
    let mut ask = Command::new("git");
    ask.current_dir(workspace::root())
        .args([
            "describe",
            "--always",
            "--dirty",
            "--abbrev=40",
            "--exclude=*",
        ])
        .stderr(Stdio::null());
    let said = ask.output().ok().filter(|said| said.status.success())?;
    Some(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

fn has_zigbuild() -> bool {
    let mut ask = Command::new("cargo-zigbuild");
    ask.arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

fn has_auditable() -> bool {
    let mut ask = Command::new("cargo-auditable");
    ask.args(["auditable", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

/// The flags for rustc: those of the environment, and a neutral name for each folder that a path may begin with.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo and rustc are set up by variables"
)]
fn flags(target_folder: &Path) -> Result<String, Failure> {
    let given = env::var("RUSTFLAGS").unwrap_or_default();
    let mut flags: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
    let mut remap = |from: &Path, to: &str| {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    };
    remap(&workspace::root(), "/vectcut");
    remap(target_folder, "/target");
    for folder in registry_folders()? {
        remap(&folder, "/crates");
    }
    Ok(flags.join("\u{1f}"))
}

/// The folders with the sources of crates. Their names depend on the registry's address.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo and rustc are set up by variables"
)]
fn registry_folders() -> Result<Vec<PathBuf>, Failure> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let sources = home.unwrap_or_default().join("registry").join("src");
    let entries = fs::read_dir(&sources).map_err(|error| {
        Failure::new(format!("could not read `{}`: {error}", sources.display()))
    })?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    Ok(folders)
}
