//! `cargo xtask signer-users`: packages outside the workspace that use nothing of it but the signer.
//!
//! They prove what the workspace's own tests cannot: that the crate builds without `std`, and with each HTTP client alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, output, run as run_program};
use crate::workspace;

const FOLDER: &str = "tests/signer-users";
/// The signer's `rust-version`.
const MINIMUM_RUST: &str = "1.85";
const CLIENTS: [&str; 3] = ["reqwest", "ureq", "hyper"];
/// Targets without `std` on which the library builds, each skipped if its standard libraries are not installed.
const NO_STD_TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32-unknown-unknown"];

/// Builds the library without `std`, then uploads with each client inside `vectcut sandbox`.
pub(crate) fn run() -> Result<(), Failure> {
    let target_folder = workspace::target_directory()?.join("signer-users");
    build(&target_folder, "no-std", &[])?;
    build_with_minimum_rust(&target_folder)?;
    let installed = rustup(["target", "list", "--installed"]);
    for target in NO_STD_TARGETS {
        if installed.lines().any(|line| line == target) {
            build(&target_folder, "no-std", &["--target", target])?;
            println!("no-std: built for {target}");
        } else {
            println!(
                "no-std: skipped for {target}, which `rustup target add {target}` would install"
            );
        }
    }
    for client in CLIENTS {
        build(&target_folder, client, &[])?;
        println!("{client}:");
        let program = target_folder
            .join("debug")
            .join(format!("signer-user-{client}"));
        run_program(sandbox().arg(program))?;
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

fn build(target_folder: &Path, package: &str, arguments: &[&str]) -> Result<(), Failure> {
    let mut build = cargo(["build", "--quiet", "--locked", "--manifest-path"]);
    build
        .arg(manifest(package))
        .arg("--target-dir")
        .arg(target_folder);
    run_program(build.args(arguments))
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

/// Builds the library with the signer's `rust-version`, if that toolchain is installed.
fn build_with_minimum_rust(target_folder: &Path) -> Result<(), Failure> {
    let installed = rustup(["toolchain", "list"]);
    if !installed.lines().any(|line| line.starts_with(MINIMUM_RUST)) {
        println!(
            "no-std: skipped with Rust {MINIMUM_RUST}, which `rustup toolchain install {MINIMUM_RUST}` would install"
        );
        return Ok(());
    }
    let mut build = Command::new("rustup");
    build
        .args([
            "run",
            MINIMUM_RUST,
            "cargo",
            "build",
            "--quiet",
            "--locked",
            "--manifest-path",
        ])
        .arg(manifest("no-std"))
        .arg("--target-dir")
        .arg(target_folder.join(MINIMUM_RUST));
    // Cargo tells its children which toolchain it belongs to; this child has another.
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTC", "CARGO"] {
        build.env_remove(variable);
    }
    run_program(&mut build)?;
    println!("no-std: built with Rust {MINIMUM_RUST}");
    Ok(())
}

/// Returns what rustup lists, one entry a line; nothing without rustup.
fn rustup<const N: usize>(arguments: [&str; N]) -> String {
    output(Command::new("rustup").args(arguments)).unwrap_or_default()
}
