//! `cargo xtask test --peers`: programs that were not written here.
//!
//! The vendor's own Python SDKs prove that the sandbox behaves like OSS. The protocol's own Python client proves that
//! `vectcut mcp` behaves like a server of the Model Context Protocol. The validator of the specification for skills reads
//! the skill. Chromium, where it is installed, shows the status page of the sandbox.
//! It needs Python 3, and a package index on its first run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, run as run_program};
use crate::workspace;

const REQUIREMENTS: &str = "tests/peers/requirements.txt";
const SCRIPTS: [&str; 3] = [
    "tests/peers/sdks.py",
    "tests/peers/mcp_client.py",
    "tests/peers/browser.py",
];
const SKILL: &str = "crates/vectcut-cli/skill/sts-upload";

/// Installs the peers into a virtual environment under the target folder, and runs each.
pub(crate) fn run() -> Result<(), Failure> {
    let python = python()?;
    for script in SCRIPTS {
        run_script(&python, script)?;
    }
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

/// Runs a script inside `vectcut sandbox`. It gets the path of the command.
fn run_script(python: &Path, script: &str) -> Result<(), Failure> {
    let name = format!("vectcut{}", std::env::consts::EXE_SUFFIX);
    let vectcut = workspace::target_directory()?.join("debug").join(name);
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
        .arg(workspace::root().join(script))
        .arg(vectcut),
    )
}

/// Returns the interpreter of the virtual environment with the packages, and creates it if it is missing.
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
