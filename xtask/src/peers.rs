//! `cargo xtask test --peers`: the vendor's own Python SDKs against the sandbox.
//!
//! They prove that the sandbox behaves like OSS to programs that were not written for it.
//! It needs Python 3, and a package index on its first run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, run as run_program};
use crate::workspace;

const REQUIREMENTS: &str = "tests/peers/requirements.txt";
const SCRIPT: &str = "tests/peers/sdks.py";

/// Installs the SDKs into a virtual environment under the target folder and runs the script inside `vectcut sandbox`.
pub(crate) fn run() -> Result<(), Failure> {
    run_program(
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
        .arg(python()?)
        .arg(workspace::root().join(SCRIPT)),
    )
}

/// Returns the interpreter of the virtual environment with the SDKs, and creates it if it is missing.
fn python() -> Result<PathBuf, Failure> {
    virtual_environment(&workspace::target_directory()?.join("peers"))
}

fn virtual_environment(folder: &Path) -> Result<PathBuf, Failure> {
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = folder.join(bin).join("python");
    if !python.exists() {
        run_program(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ];
    run_program(
        Command::new(&python)
            .args(install)
            .arg(workspace::root().join(REQUIREMENTS)),
    )?;
    Ok(python)
}
