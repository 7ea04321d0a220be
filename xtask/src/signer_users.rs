//! `cargo xtask signer-users`: packages outside the workspace that use nothing of it but the signer.
//!
//! They prove what the workspace's own tests cannot: that the crate builds without `std`, and with each HTTP client alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, output, run as run_program};
use crate::standard_library::Standard;
use crate::workspace;

const FOLDER: &str = "tests/signer-users";
/// The signer's `rust-version`.
const MINIMUM_RUST: &str = "1.85";
const CLIENTS: [&str; 3] = ["reqwest", "ureq", "hyper"];
/// Targets without `std` on which the library builds, each skipped if its standard libraries are not installed.
const NO_STD_TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32-unknown-unknown"];

/// Builds the library without `std`, then uploads with each client inside `vectcut sandbox`.
///
/// `minimum_rust` is a folder with the `cargo` and the `rustc` of the signer's `rust-version`, if rustup does not have them.
pub(crate) fn run(minimum_rust: Option<&Path>) -> Result<(), Failure> {
    let target_folder = workspace::target_directory()?.join("signer-users");
    run_program(&mut build_command(&target_folder, "no-std"))?;
    build_with_minimum_rust(&target_folder, minimum_rust)?;
    for target in NO_STD_TARGETS {
        build_for(target, &target_folder)?;
    }
    for client in CLIENTS {
        run_program(&mut build_command(&target_folder, client))?;
        println!("{client}:");
        let program = target_folder
            .join("debug")
            .join(format!("signer-user-{client}"));
        run_program(sandbox().arg(program))?;
    }
    Ok(())
}

/// Builds the library for a target, if there is a standard library for it.
fn build_for(target: &str, target_folder: &Path) -> Result<(), Failure> {
    match Standard::find(target) {
        Ok(standard) => {
            let mut build = build_command(target_folder, "no-std");
            standard.prepare(build.args(["--target", target]), "core,alloc");
            run_program(&mut build)?;
            println!("no-std: built for {target}");
        }
        Err(why) => println!("no-std: skipped: {why}"),
    }
    Ok(())
}

/// Brings the lock files of all packages up to date after the signer's version changed.
pub(crate) fn update_locks() -> Result<(), Failure> {
    for package in ["no-std", "speed"].iter().chain(&CLIENTS) {
        let mut update = cargo(["update", "--quiet", "--workspace", "--manifest-path"]);
        run_program(update.arg(manifest(package)))?;
    }
    Ok(())
}

fn manifest(package: &str) -> PathBuf {
    workspace::root()
        .join(FOLDER)
        .join(package)
        .join("Cargo.toml")
}

fn build_command(target_folder: &Path, package: &str) -> Command {
    let mut build = cargo(["build", "--quiet", "--locked", "--manifest-path"]);
    build
        .arg(manifest(package))
        .arg("--target-dir")
        .arg(target_folder);
    build
}

fn sandbox() -> Command {
    cargo([
        "run",
        "--locked",
        "--quiet",
        "-p",
        "vectcut-cli",
        "--",
        "sandbox",
        "--",
    ])
}

/// Builds the library with the signer's `rust-version`, if there is such a toolchain.
fn build_with_minimum_rust(target_folder: &Path, folder: Option<&Path>) -> Result<(), Failure> {
    let Some(mut build) = minimum_cargo(folder) else {
        println!(
            "no-std: skipped with Rust {MINIMUM_RUST}; run `rustup toolchain install {MINIMUM_RUST}`, or name a \
             folder that has it with `--minimum-rust`"
        );
        return Ok(());
    };
    build
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest("no-std"))
        .arg("--target-dir")
        .arg(target_folder.join(MINIMUM_RUST));
    run_program(&mut build)?;
    println!("no-std: built with Rust {MINIMUM_RUST}");
    Ok(())
}

/// The cargo of the signer's `rust-version`: from the folder, or from rustup.
fn minimum_cargo(folder: Option<&Path>) -> Option<Command> {
    let installed = rustup(["toolchain", "list"]);
    let is_installed = installed.lines().any(|line| line.starts_with(MINIMUM_RUST));
    let mut cargo = match folder {
        Some(folder) => Command::new(folder.join("cargo")),
        None if is_installed => Command::new("rustup"),
        None => return None,
    };
    // Cargo tells its children which toolchain it belongs to; this child has another.
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTC", "CARGO"] {
        cargo.env_remove(variable);
    }
    match folder {
        Some(folder) => cargo.env("RUSTC", folder.join("rustc")),
        None => cargo.args(["run", MINIMUM_RUST, "cargo"]),
    };
    Some(cargo)
}

/// Returns what rustup lists, one entry a line; nothing without rustup.
fn rustup<const N: usize>(arguments: [&str; N]) -> String {
    output(Command::new("rustup").args(arguments)).unwrap_or_default()
}
