//! Packages for agents, all from one table: a plugin, a bundle for desktop agents, the registry's entry, the skill alone.
//!
//! Each format is the one that its vendor documents; docs/releasing.md says how each is validated.

use serde_json::{Value, json};

use super::archive::SKILL;
use super::pack::pack;
use super::{Built, Release, copy, empty, write as write_file};
use crate::process::Failure;
use crate::workspace;

const NAME: &str = "vectcut";
const TITLE: &str = "VectCut upload";
/// The registry allows 100 characters.
const DESCRIPTION: &str =
    "Uploads local video, audio and image files to VectCut and returns public URLs";
const AUTHOR: &str = "The vectcut developers";
const LICENCE: &str = "MIT OR Apache-2.0";
const HOMEPAGE: &str = "https://www.vectcut.com";
/// The server of the Model Context Protocol.
const ARGUMENTS: [&str; 1] = ["mcp"];
/// The one setting that has no default.
const KEY: &str = "VECTCUT_API_KEY";
const KEY_DESCRIPTION: &str = "The API key of VectCut. Not needed after `vectcut login`.";
/// Whom the command talks to.
const HOSTS: [&str; 2] = ["open.vectcut.com", "*.aliyuncs.com"];

/// Writes the plugin, the registry's entry, and the skill as ClawHub takes it.
pub(super) fn write(release: &Release) -> Result<(), Failure> {
    let version = &release.version;
    let layout = release.layout.join("plugin");
    empty(&layout)?;
    let skill = workspace::root().join(SKILL);
    if skill.exists() {
        copy(&skill, &layout.join("skills/sts-upload"))?;
        write_clawhub(release)?;
    } else {
        println!(
            "there is no `{SKILL}` yet: the plugin has no skill, and there is none for ClawHub"
        );
    }
    let files = [
        (".mcp.json", servers()),
        (".claude-plugin/plugin.json", plugin(version)),
        (".claude-plugin/marketplace.json", marketplace(version)),
    ];
    for (file, value) in files {
        write_file(&layout.join(file), &text(&value))?;
    }
    pack(release, &layout, &format!("vectcut-plugin-{version}.zip"))?;
    write_file(
        &release.files.join("server.json"),
        &text(&registry_entry(version)?),
    )
}

/// Lays out and packs the bundle of a target, which desktop agents install with a double click.
pub(super) fn write_bundle(release: &Release, built: &Built) -> Result<(), Failure> {
    let Built { target, binary } = built;
    let layout = release.layout.join(format!("bundle-{target}"));
    empty(&layout)?;
    copy(binary, &layout.join("server").join(target.binary()))?;
    built.write_licences(&layout)?;
    let manifest = bundle(&release.version, target.binary(), target.npm_os());
    write_file(&layout.join("manifest.json"), &text(&manifest))?;
    pack(
        release,
        &layout,
        &format!("vectcut-{}-{target}.mcpb", release.version),
    )
}

/// The name in the registry of MCP servers: the host of the repository, reversed.
pub(super) fn registry_name() -> Result<String, Failure> {
    let repository = repository()?;
    let mut labels: Vec<&str> = host(&repository).split('.').collect();
    labels.reverse();
    Ok(format!("{}/{NAME}", labels.join(".")))
}

fn host(address: &str) -> &str {
    address.split('/').nth(2).unwrap_or_default()
}

fn repository() -> Result<String, Failure> {
    let manifest = workspace::read("Cargo.toml")?;
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("repository = \""));
    match line.and_then(|rest| rest.split('"').next()) {
        Some(address) => Ok(address.to_owned()),
        None => Err(Failure::new("the root Cargo.toml has no `repository`")),
    }
}

fn servers() -> Value {
    json!({ "mcpServers": { NAME: { "command": "vectcut", "args": ARGUMENTS } } })
}

fn plugin(version: &str) -> Value {
    json!({
        "name": NAME,
        "version": version,
        "description": DESCRIPTION,
        "author": { "name": AUTHOR },
        "homepage": HOMEPAGE,
        "license": LICENCE,
        "keywords": ["vectcut", "upload", "video"],
    })
}

/// A marketplace with one plugin: the folder that it is in.
fn marketplace(version: &str) -> Value {
    json!({
        "name": NAME,
        "description": DESCRIPTION,
        "owner": { "name": AUTHOR },
        "plugins": [{ "name": NAME, "source": "./", "version": version, "description": DESCRIPTION }],
    })
}

fn bundle(version: &str, binary: &str, platform: &str) -> Value {
    let command = format!("${{__dirname}}/server/{binary}");
    json!({
        "manifest_version": "0.3",
        "name": NAME,
        "display_name": TITLE,
        "version": version,
        "description": DESCRIPTION,
        "author": { "name": AUTHOR },
        "homepage": HOMEPAGE,
        "license": LICENCE,
        "server": {
            "type": "binary",
            "entry_point": format!("server/{binary}"),
            "mcp_config": {
                "command": command,
                "args": [ARGUMENTS[0], "--root", "${user_config.folder}"],
                "env": { KEY: "${user_config.api_key}" },
            },
        },
        "tools_generated": true,
        "compatibility": { "platforms": [platform] },
        "user_config": {
            "api_key": { "type": "string", "title": "API key", "description": KEY_DESCRIPTION, "sensitive": true, "required": true },
            "folder": { "type": "directory", "title": "Folder", "description": "Only files in this folder can be uploaded", "required": true },
        },
    })
}

fn registry_entry(version: &str) -> Result<Value, Failure> {
    let repository = repository()?;
    // The registry calls hosts by their short names, such as `github`.
    let source = host(&repository).rsplit('.').nth(1).unwrap_or_default();
    let package = |registry: &str| {
        json!({
            "registryType": registry,
            "identifier": NAME,
            "version": version,
            "transport": { "type": "stdio" },
            "packageArguments": [{ "type": "positional", "value": ARGUMENTS[0] }],
            "environmentVariables": [{ "name": KEY, "description": KEY_DESCRIPTION, "isRequired": false, "isSecret": true }],
        })
    };
    Ok(json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": registry_name()?,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": version,
        "repository": { "url": repository, "source": source },
        "packages": [package("npm"), package("pypi")],
    }))
}

/// The skill with what ClawHub wants to know before it is installed.
fn write_clawhub(release: &Release) -> Result<(), Failure> {
    let layout = release.layout.join("clawhub");
    empty(&layout)?;
    let folder = layout.join("sts-upload");
    copy(&workspace::root().join(SKILL), &folder)?;
    let skill = with_requirements(
        &workspace::read(&format!("{SKILL}/SKILL.md"))?,
        &release.version,
    )?;
    write_file(&folder.join("SKILL.md"), &skill)?;
    pack(
        release,
        &layout,
        &format!("sts-upload-clawhub-{}.zip", release.version),
    )
}

/// Adds the version, and the variable, the binary and the hosts as one line of JSON, which is how ClawHub reads them.
fn with_requirements(skill: &str, version: &str) -> Result<String, Failure> {
    let parts = skill
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    let Some((front, text)) = parts else {
        return Err(Failure::new(format!(
            "`{SKILL}/SKILL.md` does not begin with its properties"
        )));
    };
    let requirements = json!({ "openclaw": {
        "homepage": HOMEPAGE,
        "primaryEnv": KEY,
        // A required variable would hide the skill after `vectcut login`.
        "requires": { "bins": [NAME] },
        "envVars": [{ "name": KEY, "required": false, "description": KEY_DESCRIPTION }],
        "hosts": HOSTS,
    }});
    // A nested value of ours would be a second `metadata`.
    let mut own = true;
    let kept = front.lines().filter(|line| {
        if !line.starts_with(' ') {
            own = line.starts_with("metadata:");
        }
        !own
    });
    let kept: Vec<&str> = kept.collect();
    Ok(format!(
        "---\n{}\nversion: {version}\nmetadata: {requirements}\n---\n{text}",
        kept.join("\n")
    ))
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_takes_the_description_and_the_name() {
        assert!(DESCRIPTION.chars().count() <= 100);
        let entry = registry_entry("1.2.3").expect("the manifest has an address");
        let name = entry["name"].as_str().expect("a text");
        assert_eq!(name.matches('/').count(), 1, "{name}");
        assert_eq!(entry["packages"][1]["registryType"], "pypi");
    }

    #[test]
    fn the_skill_declares_what_it_needs() {
        let skill = "---\nname: a\nmetadata:\n  homepage: x\nlicense: MIT\n---\n# A\n";
        let text = with_requirements(skill, "1.2.3").expect("well formed");
        assert!(
            text.starts_with("---\nname: a\nlicense: MIT\nversion: 1.2.3\nmetadata: {\"openclaw\""),
            "{text}"
        );
        assert!(
            text.contains("VECTCUT_API_KEY") && text.contains("open.vectcut.com"),
            "{text}"
        );
        assert!(
            text.ends_with("\n---\n# A\n") && !text.contains("homepage: x"),
            "{text}"
        );
        with_requirements("# A\n", "1.2.3").expect_err("no properties");
    }
}
