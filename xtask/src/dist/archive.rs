//! The archive of a target: the binary and all that belongs beside it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::pack::pack;
use super::{Built, Release, copy, empty, sbom, unusable, write as write_file};
use crate::process::{Failure, output, run as run_program};
use crate::shipped::Shipped;
use crate::workspace;

const README: &str = "README.md";
/// Packed once it is there.
const CHINESE_README: &str = "docs/zh-CN/README.md";
const SBOM: &str = "sbom.cdx.json";
/// The skill for agents, in the repository.
pub(super) const SKILL: &str = "crates/vectcut-cli/skill/sts-upload";
const SHELLS: [(&str, &str); 5] = [
    ("bash", "vectcut.bash"),
    ("elvish", "vectcut.elv"),
    ("fish", "vectcut.fish"),
    ("powershell", "vectcut.ps1"),
    ("zsh", "_vectcut"),
];

/// Lays out and packs the archive of a target. It has one folder, named as the archive.
pub(super) fn write(release: &Release, built: &Built) -> Result<(), Failure> {
    let target = &built.target;
    let name = format!("vectcut-{}-{target}", release.version);
    let layout = release.layout.join(format!("archive-{target}"));
    empty(&layout)?;
    fill(&layout.join(&name), release, built)?;
    pack(
        release,
        &layout,
        &format!("{name}.{}", target.archive_suffix()),
    )
}

fn fill(folder: &Path, release: &Release, built: &Built) -> Result<(), Failure> {
    copy(&built.binary, &folder.join(built.target.binary()))?;
    copy(&workspace::root().join(README), &folder.join(README))?;
    let chinese = workspace::root().join(CHINESE_README);
    if chinese.exists() {
        copy(&chinese, &folder.join("README.zh-CN.md"))?;
    }
    let skill = workspace::root().join(SKILL);
    if skill.exists() {
        copy(&skill, &folder.join("skills/sts-upload"))?;
    }
    built.write_licences(folder)?;
    let shipped = Shipped::read("vectcut-cli", built.target.triple())?;
    let sbom = sbom::render(&shipped, &workspace::read("Cargo.lock")?)?;
    write_file(&folder.join(SBOM), &sbom)?;
    completions(&release.runnable, &folder.join("completions"))?;
    man_pages(&release.runnable, &folder.join("man/man1"))
}

fn completions(vectcut: &Path, folder: &Path) -> Result<(), Failure> {
    for (shell, file) in SHELLS {
        let script = output(Command::new(vectcut).args(["completions", shell]))?;
        write_file(&folder.join(file), &script)?;
    }
    Ok(())
}

fn man_pages(vectcut: &Path, folder: &Path) -> Result<(), Failure> {
    run_program(Command::new(vectcut).args(["reference", "man"]).arg(folder))?;
    let entries = fs::read_dir(folder).map_err(|error| unusable(folder, &error))?;
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        // `vectcut help upload` only shows the page of `vectcut upload`.
        if path.to_string_lossy().contains("-help") {
            fs::remove_file(&path).map_err(|error| unusable(&path, &error))?;
        }
    }
    Ok(())
}
