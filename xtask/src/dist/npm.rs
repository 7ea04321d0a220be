//! The npm packages: one for each platform with the binary, and `vectcut`, which finds the right one.
//!
//! npm installs the one whose `os`, `cpu` and `libc` match, as an optional dependency. No package has an install script.

use serde_json::{Map, Value, json};

use super::archive::SKILL;
use super::pack::pack;
use super::target::Target;
use super::{Built, Release, agents, copy, empty, write as write_file};
use crate::process::Failure;
use crate::workspace;

const LAUNCHER: &str = "xtask/packaging/npm";
const LICENCE: &str = "MIT OR Apache-2.0";

/// Lays out and packs the package with the binary of a target.
pub(super) fn write_platform(release: &Release, built: &Built) -> Result<(), Failure> {
    let Built { target, binary } = built;
    let name = platform_name(target);
    let mut manifest = json!({
        "name": name,
        "version": release.version,
        "description": format!("The command vectcut for {target}"),
        "license": LICENCE,
        "os": [target.npm_os()],
        "cpu": [target.npm_cpu()],
        "preferUnplugged": true,
    });
    if let Some(libc) = target.npm_libc() {
        manifest["libc"] = json!([libc]);
    }
    let layout = release.layout.join(&name);
    empty(&layout)?;
    let folder = layout.join("package");
    copy(binary, &folder.join(target.binary()))?;
    built.write_licences(&folder)?;
    write_file(&folder.join("package.json"), &text(&manifest))?;
    pack(release, &layout, &tarball(release, &name))
}

/// Lays out and packs `vectcut`: the launcher, `upload()` for Node, and the skill.
pub(super) fn write_launcher(release: &Release) -> Result<(), Failure> {
    let layout = release.layout.join("npm-launcher");
    empty(&layout)?;
    let folder = layout.join("package");
    copy(&workspace::root().join(LAUNCHER), &folder)?;
    for licence in super::LICENCES {
        copy(&workspace::root().join(licence), &folder.join(licence))?;
    }
    let skill = workspace::root().join(SKILL);
    if skill.exists() {
        copy(&skill, &folder.join("skills/sts-upload"))?;
    }
    let mut platforms = Map::new();
    for target in Target::released() {
        platforms.insert(
            platform_name(&target),
            Value::from(release.version.as_str()),
        );
    }
    let manifest = json!({
        "name": "vectcut",
        "version": release.version,
        "description": "Upload a local file to VectCut and get a public URL",
        "license": LICENCE,
        "mcpName": agents::registry_name()?,
        "keywords": ["vectcut", "upload", "oss", "mcp", "video"],
        "engines": { "node": ">=18" },
        "bin": { "vectcut": "bin/vectcut.js" },
        "main": "index.js",
        "types": "index.d.ts",
        "optionalDependencies": platforms,
    });
    write_file(&folder.join("package.json"), &text(&manifest))?;
    pack(release, &layout, &tarball(release, "vectcut"))
}

/// The name of a package of npm's, as `npm pack` names its file.
pub(super) fn tarball(release: &Release, package: &str) -> String {
    format!("{package}-{}.tgz", release.version)
}

/// The package of a target, such as `vectcut-linux-x64-musl`.
pub(super) fn platform_name(target: &Target) -> String {
    let musl = if target.is_musl() { "-musl" } else { "" };
    format!("vectcut-{}-{}{musl}", target.npm_os(), target.npm_cpu())
}

fn text(manifest: &Value) -> String {
    format!("{manifest:#}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_target_that_is_released_has_a_package_of_its_own() {
        let names: BTreeSet<_> = Target::released()
            .map(|target| platform_name(&target))
            .collect();
        assert_eq!(names.len(), Target::released().count());
        assert!(
            names.contains("vectcut-linux-arm64-musl") && names.contains("vectcut-win32-x64"),
            "{names:?}"
        );
    }
}
