//! `cargo xtask dist`: everything that ships, in `dist-files` of the target folder.
//!
//! For each target: an archive, a wheel, an npm package and a bundle for desktop agents. `SHA256SUMS` covers them all.
//! The same sources and the same tools give the same bytes, in any folder.
//! It calls Python 3 to write archives, so this crate needs no archive library. It installs nothing.

mod agents;
mod archive;
mod build;
mod compile;
mod glibc;
mod npm;
mod pack;
mod runner;
mod sbom;
mod target;
mod verify;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, output};
use crate::shipped::Shipped;
use crate::steps::step;
use crate::{docs, licences, workspace};
use target::Target;

/// How large a binary for Linux should be at most.
const BINARY_BYTES_AIM: u64 = 9 * 1024 * 1024;

/// Our own licences, at the root of the repository.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
/// What the licences of the other crates are called in every package.
const THIRD_PARTY_LICENCES: &str = "THIRD-PARTY-LICENCES.txt";

/// What all packages of one release share.
struct Release {
    version: String,
    /// The time of every file in every archive, in seconds since 1970.
    epoch: u64,
    /// Where the finished files go.
    files: PathBuf,
    /// Where packages are laid out before they are packed.
    layout: PathBuf,
    /// A binary that runs here, for man pages and completions.
    runnable: PathBuf,
}

/// A binary for a target.
struct Built {
    target: Target,
    binary: PathBuf,
}

impl Built {
    /// Writes into a folder the licences of the binary: ours, and those of all crates that are in it.
    fn write_licences(&self, folder: &Path) -> Result<(), Failure> {
        for name in LICENCES {
            copy(&workspace::root().join(name), &folder.join(name))?;
        }
        let shipped = Shipped::read("vectcut-cli", self.target.triple())?;
        write(
            &folder.join(THIRD_PARTY_LICENCES),
            &licences::collect(&shipped)?,
        )
    }
}

/// Compiles the command for the targets, or for this computer if there are none. Nothing is linked or packed.
pub(crate) fn compile(targets: &[String]) -> Result<(), Failure> {
    for target in named(targets)? {
        step(&format!("check {target}"), || compile::run(&target))?;
    }
    Ok(())
}

/// Builds and packs everything for the targets, or for this computer if there are none; then tries it if asked.
pub(crate) fn run(targets: &[String], verify: bool) -> Result<(), Failure> {
    let targets = named(targets)?;
    let epoch = epoch()?;
    let mut built = Vec::new();
    for target in targets {
        let binary = step(&format!("build {target}"), || build::build(&target, epoch))?;
        check(&target, &binary)?;
        built.push(Built { target, binary });
    }
    let release = Release::begin(epoch, &built)?;
    step("pack", || pack_all(&release, &built))?;
    if verify {
        step("verify", || verify::run(&release, &built))?;
    }
    Ok(())
}

/// The targets by their triples; this computer's if there are none.
fn named(triples: &[String]) -> Result<Vec<Target>, Failure> {
    Ok(match triples {
        [] => vec![Target::host()?],
        named => named.iter().map(|triple| Target::new(triple)).collect(),
    })
}

/// Builds the binary of one target as it ships, and returns where it is.
pub(crate) fn build(triple: &str) -> Result<PathBuf, Failure> {
    build::build(&Target::new(triple), epoch()?)
}

impl Release {
    fn begin(epoch: u64, built: &[Built]) -> Result<Self, Failure> {
        let folder = workspace::target_directory()?;
        let runnable = built.iter().find(|each| each.target.runs_here());
        let release = Self {
            version: version()?,
            epoch,
            files: folder.join("dist-files"),
            layout: folder.join("dist-layout"),
            runnable: match runnable {
                Some(built) => built.binary.clone(),
                None => docs::debug_binary()?,
            },
        };
        for folder in [&release.files, &release.layout] {
            empty(folder)?;
        }
        Ok(release)
    }
}

fn pack_all(release: &Release, built: &[Built]) -> Result<(), Failure> {
    for each in built {
        archive::write(release, each)?;
        wheel::write(release, each)?;
        npm::write_platform(release, each)?;
        agents::write_bundle(release, each)?;
    }
    npm::write_launcher(release)?;
    agents::write(release)?;
    pack::write_sums(&release.files)?;
    println!("packed in `{}`:", release.files.display());
    print!(
        "{}",
        fs::read_to_string(release.files.join(pack::SUMS)).unwrap_or_default()
    );
    Ok(())
}

/// The version of every crate, from the root manifest.
fn version() -> Result<String, Failure> {
    let metadata = workspace::metadata()?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut ours = packages.filter(|package| package["name"] == "vectcut-cli");
    match ours.next().and_then(|package| package["version"].as_str()) {
        Some(version) => Ok(version.to_owned()),
        None => Err(Failure::new("cargo metadata knows no `vectcut-cli`")),
    }
}

/// `SOURCE_DATE_EPOCH` if it is set, otherwise the time of the last commit.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable is a convention of reproducible builds"
)]
fn epoch() -> Result<u64, Failure> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => output(Command::new("git").current_dir(workspace::root()).args([
            "log",
            "-1",
            "--format=%ct",
        ]))?,
    };
    text.trim().parse().map_err(|_| {
        Failure::new(format!(
            "`SOURCE_DATE_EPOCH` is no number of seconds: `{text}`"
        ))
    })
}

/// Says what a binary needs, and whether it is larger than it should be.
fn check(target: &Target, binary: &Path) -> Result<(), Failure> {
    let bytes = fs::metadata(binary)
        .map_err(|error| unusable(binary, &error))?
        .len();
    let needs = match glibc::required(binary)? {
        Some(minor) => format!(" and needs glibc 2.{minor}"),
        None if target.is_linux() => " and needs no C library".to_owned(),
        None => String::new(),
    };
    println!("{target}: the binary has {bytes} bytes{needs}");
    if bytes > BINARY_BYTES_AIM && target.is_linux() {
        println!("{target}: that is more than the aim of {BINARY_BYTES_AIM} bytes");
    }
    Ok(())
}

/// Makes a folder and removes what an earlier run left in it.
fn empty(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error| unusable(from, &error);
    if !from.is_dir() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Writes a text file and the folders above it.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(|error| unusable(parent, &error))?;
    }
    fs::write(file, text).map_err(|error| unusable(file, &error))
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not pack `{}`: {error}", path.display()))
}
