//! `cargo xtask test --peers`: programs that were not written here.
//!
//! The vendor's own Python SDKs prove that the sandbox behaves like OSS. The validator of the specification for skills
//! reads the skill.
//! It needs Python 3, and a package index on its first run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, run as run_program};
use crate::workspace;

const REQUIREMENTS: &str = "tests/peers/requirements.txt";
const SCRIPT: &str = "tests/peers/sdks.py";
const SKILL: &str = "crates/vectcut-cli/skill/sts-upload";

/// Installs the peers into a virtual environment under the target folder, and runs each.
pub(crate) fn run() -> Result<(), Failure> {
    let python = python()?;
    sdks(&python)?;
    skill(&python)
}

/// Lets the specification's own validator read the skill.
fn skill(python: &Path) -> Result<(), Failure> {
    run_program(
        Command::new(python.with_file_name("agentskills"))
            .arg("validate")
            .arg(workspace::root().join(SKILL)),
    )
}

/// Runs the SDKs' script inside `vectcut sandbox`.
fn sdks(python: &Path) -> Result<(), Failure> {
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
        .arg(python)
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
