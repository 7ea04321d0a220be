//! `cargo xtask release`: publishes every crate in the order of their dependencies; `--dry-run` stops before the first upload.
//!
//! [docs/releasing.md](../../docs/releasing.md) says what to do before and after it.

mod order;
mod version;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{Failure, cargo, run as run_program};
use crate::steps::step;
use crate::workspace;

pub(crate) use version::set as set_version;

/// The host of `repository` in the root manifest until somebody fills it in.
const PLACEHOLDER: &str = "example.invalid";
/// What every published crate has beside its manifest.
const FILES: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// A crate to publish.
struct Package {
    name: String,
    version: String,
    repository: String,
    folder: PathBuf,
}

/// Checks, packs and builds every crate; publishes them unless it is a dry run.
pub(crate) fn run(dry_run: bool) -> Result<(), Failure> {
    let metadata = workspace::metadata()?;
    let packages = order::publishable(&metadata)?.map(|package| read(&metadata, package));
    let packages = packages.collect::<Result<Vec<_>, _>>()?;
    for package in &packages {
        println!("{} {}", package.name, package.version);
    }
    let missing: Vec<String> = packages.iter().flat_map(missing).collect();
    for line in &missing {
        println!("missing: {line}");
    }
    if !dry_run && !missing.is_empty() {
        return Err(Failure::new("something is missing for a release"));
    }
    let folder = workspace::target_directory()?.join("release-dry-run");
    step("pack", || pack(&packages, &folder))?;
    step("build the packages", || build(&packages, &folder))?;
    if dry_run {
        return Ok(());
    }
    packages.iter().try_for_each(publish)
}

fn read(metadata: &Value, name: &str) -> Result<Package, Failure> {
    let package = order::package(metadata, name)?;
    let text = |field: &str| package[field].as_str().unwrap_or_default().to_owned();
    let manifest = PathBuf::from(text("manifest_path"));
    Ok(Package {
        name: name.to_owned(),
        version: text("version"),
        repository: text("repository"),
        folder: manifest.parent().unwrap_or(&manifest).to_path_buf(),
    })
}

/// Says what a release of this crate still needs.
fn missing(package: &Package) -> Vec<String> {
    let mut missing = Vec::new();
    let mut need = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(format!("{}: {what}", package.name));
        }
    };
    let has_repository =
        !package.repository.is_empty() && !package.repository.contains(PLACEHOLDER);
    need(
        has_repository,
        "fill in `repository` in the root Cargo.toml",
    );
    for file in FILES {
        need(package.folder.join(file).exists(), file);
    }
    let changelog = fs::read_to_string(package.folder.join("CHANGELOG.md")).unwrap_or_default();
    let heading = format!("## {}", package.version);
    let is_dated = changelog
        .lines()
        .any(|line| line.starts_with(&heading) && !line.contains("not released"));
    need(
        is_dated,
        &format!("the heading `{heading}, DATE` in CHANGELOG.md"),
    );
    missing
}

/// Packs every crate, and unpacks them into an empty folder as a workspace of their own.
fn pack(packages: &[Package], folder: &Path) -> Result<(), Failure> {
    let io = |error: std::io::Error| Failure::new(format!("`{}`: {error}", folder.display()));
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(io)?;
    }
    fs::create_dir_all(folder).map_err(io)?;
    let mut pack = cargo([
        "package",
        "--quiet",
        "--locked",
        "--allow-dirty",
        "--no-verify",
    ]);
    for package in packages {
        pack.args(["--package", &package.name]);
    }
    run_program(&mut pack)?;
    let packed = workspace::target_directory()?.join("package");
    for package in packages {
        let archive = packed.join(format!("{}-{}.crate", package.name, package.version));
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(archive).arg("-C").arg(folder);
        run_program(&mut unpack)?;
    }
    fs::write(folder.join("Cargo.toml"), manifest(packages)).map_err(io)?;
    fs::copy(
        workspace::root().join("Cargo.lock"),
        folder.join("Cargo.lock"),
    )
    .map_err(io)?;
    Ok(())
}

/// Returns the manifest of a workspace of the unpacked crates, each of which takes the others from there.
fn manifest(packages: &[Package]) -> String {
    let mut text = String::from(
        "[workspace]\nresolver = \"3\"\nmembers = [\"*-*.*.*\"]\n\n[patch.crates-io]\n",
    );
    for package in packages {
        let (name, version) = (&package.name, &package.version);
        text += &format!("{name} = {{ path = \"{name}-{version}\" }}\n");
    }
    text
}

fn build(packages: &[Package], folder: &Path) -> Result<(), Failure> {
    let mut build = Command::new("cargo");
    build
        .current_dir(folder)
        .args(["build", "--quiet", "--workspace"]);
    // Another target folder would build every dependency once more.
    build
        .arg("--target-dir")
        .arg(workspace::target_directory()?);
    run_program(&mut build)?;
    println!("built {} crates in `{}`", packages.len(), folder.display());
    Ok(())
}

fn publish(package: &Package) -> Result<(), Failure> {
    run_program(&mut cargo([
        "publish",
        "--locked",
        "--package",
        &package.name,
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(repository: &str) -> Package {
        Package {
            name: "a".to_owned(),
            version: "0.1.0".to_owned(),
            repository: repository.to_owned(),
            folder: PathBuf::from("/no/such/folder"),
        }
    }

    #[test]
    fn a_placeholder_is_no_repository() {
        let needs_it = |repository: &str| {
            let missing = missing(&package(repository));
            missing.iter().any(|line| line.contains("repository"))
        };
        assert!(needs_it(""));
        assert!(needs_it("https://example.invalid/a"));
        assert!(!needs_it("https://example.com/a"));
    }

    #[test]
    fn the_packages_take_each_other_from_the_folder() {
        let text = manifest(&[package("")]);
        assert!(
            text.ends_with("[patch.crates-io]\na = { path = \"a-0.1.0\" }\n"),
            "{text}"
        );
    }
}
