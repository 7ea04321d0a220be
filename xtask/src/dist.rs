//! `cargo xtask dist`: the archive that ships, with its SHA-256 beside it.
//!
//! `target/dist/vectcut-VERSION-TARGET.tar.gz` holds the binary, README, licences and shell completions.
//! The licence texts of the crates in the binary are in `THIRD-PARTY-LICENCES.txt`.
//! It calls the system's `tar` and `sha256sum` (or `shasum`), so this crate needs no archive library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, output, run as run_program};
use crate::{licences, workspace};

const TEXTS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];
const THIRD_PARTY: &str = "THIRD-PARTY-LICENCES.txt";
const SHELLS: [(&str, &str); 5] = [
    ("bash", "vectcut.bash"),
    ("elvish", "vectcut.elv"),
    ("fish", "vectcut.fish"),
    ("powershell", "vectcut.ps1"),
    ("zsh", "_vectcut"),
];

/// Builds the binary with the `dist` profile, packs it and checks that the archive holds what it should.
pub(crate) fn run() -> Result<(), Failure> {
    run_program(&mut cargo([
        "build",
        "--locked",
        "--quiet",
        "--profile",
        "dist",
        "-p",
        "vectcut-cli",
        "--bin",
        "vectcut",
    ]))?;
    let folder = workspace::target_directory()?.join("dist");
    let binary = folder.join(format!("vectcut{}", std::env::consts::EXE_SUFFIX));
    let target = target()?;
    let name = format!("vectcut-{}-{target}", version(&binary)?);
    let licences = licences::collect("vectcut-cli", &target)?;
    let packed = fill(&folder.join(&name), &binary, &licences)?;
    let archive = format!("{name}.tar.gz");
    run_program(
        Command::new("tar")
            .current_dir(&folder)
            .args(["-czf", &archive, &name]),
    )?;
    check_contents(&folder, &archive, &name, &packed)?;
    let sum = sha256(&folder, &archive)?;
    write(&folder.join(format!("{archive}.sha256")), &sum)?;
    println!("{}\n{}", folder.join(&archive).display(), sum.trim_end());
    Ok(())
}

/// The version that the binary prints, which also proves that it starts.
fn version(binary: &Path) -> Result<String, Failure> {
    let text = output(Command::new(binary).arg("--version"))?;
    match text.trim().strip_prefix("vectcut ") {
        Some(version) => Ok(version.to_owned()),
        None => Err(Failure::new(format!(
            "`vectcut --version` said `{}`",
            text.trim()
        ))),
    }
}

fn target() -> Result<String, Failure> {
    let text = output(
        Command::new("rustc")
            .current_dir(workspace::root())
            .arg("-vV"),
    )?;
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => Err(Failure::new("`rustc -vV` names no host")),
    }
}

/// Lays out the archive's folder and returns the files in it, relative to it.
fn fill(folder: &Path, binary: &Path, licences: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut packed = Vec::new();
    let completions = folder.join("completions");
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| not_packed(folder, &error))?;
    }
    fs::create_dir_all(&completions).map_err(|error| not_packed(&completions, &error))?;
    let texts = TEXTS.map(|text| workspace::root().join(text));
    for file in texts.iter().map(PathBuf::as_path).chain([binary]) {
        let name = file.file_name().unwrap_or_default();
        fs::copy(file, folder.join(name)).map_err(|error| not_packed(file, &error))?;
        packed.push(PathBuf::from(name));
    }
    write(&folder.join(THIRD_PARTY), licences)?;
    packed.push(PathBuf::from(THIRD_PARTY));
    for (shell, file) in SHELLS {
        let script = output(Command::new(binary).args(["completions", shell]))?;
        write(&completions.join(file), &script)?;
        packed.push(Path::new("completions").join(file));
    }
    Ok(packed)
}

fn check_contents(
    folder: &Path,
    archive: &str,
    name: &str,
    packed: &[PathBuf],
) -> Result<(), Failure> {
    let listing = output(
        Command::new("tar")
            .current_dir(folder)
            .args(["-tzf", archive]),
    )?;
    for file in packed {
        let path = Path::new(name).join(file);
        if !listing.lines().any(|line| Path::new(line) == path) {
            return Err(Failure::new(format!(
                "`{archive}` lacks `{}`",
                path.display()
            )));
        }
    }
    Ok(())
}

/// One line in the format of `sha256sum --check`.
fn sha256(folder: &Path, archive: &str) -> Result<String, Failure> {
    let mut sha256sum = Command::new("sha256sum");
    let mut shasum = Command::new("shasum");
    shasum.args(["-a", "256"]);
    let found = output(sha256sum.current_dir(folder).arg(archive));
    found.or_else(|_| output(shasum.current_dir(folder).arg(archive)))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| not_packed(file, &error))
}

fn not_packed(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("could not pack `{}`: {error}", file.display()))
}
