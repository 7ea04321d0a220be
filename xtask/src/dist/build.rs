//! Builds the binary with the `dist` profile, so that it does not tell in which folder.
//!
//! The table in `target.rs` says who links it. With cargo-zigbuild, a binary for Linux with glibc needs glibc 2.17 only.
//! With cargo-auditable, the binary has the list of its dependencies in a section that is never loaded.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::runner::is_there;
use super::target::{Linker, Target};
use crate::process::{Failure, run as run_program};
use crate::standard_library::Standard;
use crate::workspace;

/// The oldest glibc that a binary runs with: that of CentOS 7 and of manylinux2014.
const GLIBC: &str = "2.17";

/// Builds for a target and returns the binary.
pub(super) fn build(target: &Target, epoch: u64) -> Result<PathBuf, Failure> {
    let folder = workspace::target_directory()?;
    let standard = Standard::find(target.triple())?;
    let mut command = command(target)?;
    standard.prepare(&mut command, "std,panic_abort");
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
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(target, &folder, &standard)?,
        )
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
///
/// # Errors
///
/// Says what to install if the linker is not there.
fn command(target: &Target) -> Result<Command, Failure> {
    let mut command = Command::new("cargo");
    if has_auditable() {
        command.arg("auditable");
    } else {
        println!(
            "{target}: built without the list of dependencies; cargo-auditable would embed it"
        );
    }
    match target.linker() {
        Linker::Zig if is_there("cargo-zigbuild") => {
            let glibc = match target.is_musl() {
                true => String::new(),
                false => format!(".{GLIBC}"),
            };
            command.args(["zigbuild", "--target", &format!("{target}{glibc}")]);
            return Ok(command);
        }
        Linker::Zig if !target.is_host() => {
            return Err(Failure::new(format!(
                "nothing here links for `{target}`; run `pip install ziglang cargo-zigbuild`"
            )));
        }
        Linker::Gcc(compiler) if !is_there(compiler) => {
            return Err(Failure::new(format!(
                "nothing here links for `{target}`: `{compiler}` is not installed; \
                 on Debian run `apt-get install gcc-mingw-w64-x86-64`"
            )));
        }
        Linker::Zig => println!(
            "{target}: built with the linker that cargo finds; cargo-zigbuild would allow an older glibc"
        ),
        Linker::Gcc(_) | Linker::Vendor => {}
    }
    command.args(["build", "--target", target.triple()]);
    Ok(command)
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

fn has_auditable() -> bool {
    let mut ask = Command::new("cargo-auditable");
    ask.args(["auditable", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

/// The flags for rustc: those of the environment, those that the linker needs, and a neutral name for each folder that a
/// path may begin with.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo and rustc are set up by variables"
)]
fn flags(target: &Target, target_folder: &Path, standard: &Standard) -> Result<String, Failure> {
    let given = env::var("RUSTFLAGS").unwrap_or_default();
    let mut flags: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
    if target.is_musl() && matches!(standard, Standard::Source { .. }) {
        // A standard library from source brings no musl: Zig does.
        flags.push("-Clink-self-contained=no".to_owned());
    }
    if let Linker::Gcc(_) = target.linker() {
        // The time of the build would make each build another.
        flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
    }
    let mut remap = |from: &Path, to: &str| {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    };
    remap(&workspace::root(), "/vectcut");
    remap(target_folder, "/target");
    for folder in registry_folders()? {
        remap(&folder, "/crates");
    }
    if let Standard::Source { folder, .. } = standard {
        remap(folder, "/rust");
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
