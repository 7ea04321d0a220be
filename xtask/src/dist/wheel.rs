//! The wheel for Python: the command, and the module `vectcut` that runs it.
//!
//! It is written here and not by a build tool, so that it holds the same binary as the archive, byte by byte.

use super::glibc;
use super::pack::pack;
use super::target::Target;
use super::{Built, Release, agents, copy, empty, write as write_file};
use crate::process::Failure;
use crate::workspace;

const MODULE: &str = "xtask/packaging/python/vectcut";
const SUMMARY: &str = "Upload a local file to VectCut and get a public URL";

/// Lays out and packs the wheel of a target.
pub(super) fn write(release: &Release, built: &Built) -> Result<(), Failure> {
    let Built { target, binary } = built;
    let tag = tag(built)?;
    let name = format!("vectcut-{}", release.version);
    let layout = release.layout.join(format!("wheel-{target}"));
    empty(&layout)?;
    copy(&workspace::root().join(MODULE), &layout.join("vectcut"))?;
    let scripts = layout.join(format!("{name}.data/scripts"));
    copy(binary, &scripts.join(target.binary()))?;
    let information = layout.join(format!("{name}.dist-info"));
    built.write_licences(&information.join("licenses"))?;
    write_file(&information.join("METADATA"), &metadata(release)?)?;
    let wheel = format!(
        "Wheel-Version: 1.0\nGenerator: vectcut-xtask\nRoot-Is-Purelib: false\nTag: {tag}\n"
    );
    write_file(&information.join("WHEEL"), &wheel)?;
    pack(release, &layout, &file_name(release, built)?)
}

/// The file name of the wheel of a target. It ends with its platform.
pub(super) fn file_name(release: &Release, built: &Built) -> Result<String, Failure> {
    Ok(format!("vectcut-{}-{}.whl", release.version, tag(built)?))
}

fn tag(built: &Built) -> Result<String, Failure> {
    let glibc = glibc::required(&built.binary)?;
    Ok(format!("py3-none-{}", platform(&built.target, glibc)?))
}

/// The platform in the tag of a wheel.
fn platform(target: &Target, glibc: Option<u32>) -> Result<String, Failure> {
    let triple = target.triple();
    let cpu = triple.split('-').next().unwrap_or_default();
    match (triple, glibc) {
        (_, _) if target.is_musl() => Ok(format!("musllinux_1_1_{cpu}")),
        (_, Some(minor)) if target.is_linux() => Ok(format!("manylinux_2_{minor}_{cpu}")),
        _ if target.is_windows() && cpu == "x86_64" => Ok("win_amd64".to_owned()),
        ("x86_64-apple-darwin", _) => Ok("macosx_10_12_x86_64".to_owned()),
        ("aarch64-apple-darwin", _) => Ok("macosx_11_0_arm64".to_owned()),
        _ => Err(Failure::new(format!(
            "`{target}` has no name among the platforms of wheels"
        ))),
    }
}

fn metadata(release: &Release) -> Result<String, Failure> {
    let readme = workspace::read("xtask/packaging/python/README.md")?;
    let name = agents::registry_name()?;
    Ok(format!(
        "Metadata-Version: 2.4\nName: vectcut\nVersion: {}\nSummary: {SUMMARY}\n\
         License-Expression: MIT OR Apache-2.0\nLicense-File: LICENSE-MIT\nLicense-File: LICENSE-APACHE\n\
         License-File: THIRD-PARTY-LICENCES.txt\nRequires-Python: >=3.9\nDescription-Content-Type: text/markdown\n\n{readme}\n<!-- mcp-name: {name} -->\n",
        release.version
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_says_what_its_binary_needs() {
        let platform = |triple: &str, glibc| platform(&Target::new(triple), glibc).ok();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            platform("x86_64-unknown-linux-gnu", Some(17)),
            some("manylinux_2_17_x86_64")
        );
        assert_eq!(
            platform("aarch64-unknown-linux-musl", None),
            some("musllinux_1_1_aarch64")
        );
        assert_eq!(platform("x86_64-pc-windows-gnu", None), some("win_amd64"));
        assert_eq!(platform("x86_64-unknown-linux-gnu", None), None);
        assert_eq!(platform("riscv64gc-unknown-none-elf", None), None);
    }
}
