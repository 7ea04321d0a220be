//! The bill of materials of a binary, as CycloneDX 1.5 in JSON.
//!
//! It has no serial number and no time, so that two builds of the same sources have the same one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::process::Failure;
use crate::shipped::Shipped;

/// Returns the bill of a binary. `lock` is the lock file, which has the checksums.
pub(super) fn render(shipped: &Shipped, lock: &str) -> Result<String, Failure> {
    let checksums = checksums(lock);
    let references: BTreeMap<&str, String> = shipped
        .packages()
        .filter_map(|package| Some((package["id"].as_str()?, reference(package))))
        .collect();
    let mut main = Value::Null;
    let mut components = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    for package in shipped.packages() {
        let id = package["id"].as_str().unwrap_or_default();
        let needed = shipped.needed_by(id).into_iter();
        let needed: BTreeSet<&String> = needed.filter_map(|id| references.get(id)).collect();
        dependencies.insert(
            reference(package),
            json!({ "ref": reference(package), "dependsOn": needed }),
        );
        if id == shipped.root() {
            main = component(package, "application", &checksums);
        } else {
            components.insert(
                reference(package),
                component(package, "library", &checksums),
            );
        }
    }
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": main },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies.into_values().collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&bill)
        .map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("the bill of materials is no JSON: {error}")))
}

fn component(package: &Value, kind: &str, checksums: &BTreeMap<String, String>) -> Value {
    let text = |field: &str| package[field].as_str().unwrap_or_default();
    let mut component = Map::new();
    let mut set = |key: &str, value: Value| drop(component.insert(key.to_owned(), value));
    set("type", kind.into());
    set("bom-ref", reference(package).into());
    set("name", text("name").into());
    set("version", text("version").into());
    // Some manifests still separate licences by a slash, which SPDX does not know.
    set(
        "licenses",
        json!([{ "expression": text("license").replace('/', " OR ") }]),
    );
    // What comes from this workspace may not be in any registry.
    if !package["source"].is_null() {
        set("purl", reference(package).into());
    }
    if let Some(sha256) = checksums.get(&reference(package)) {
        set("hashes", json!([{ "alg": "SHA-256", "content": sha256 }]));
    }
    Value::Object(component)
}

/// The package URL, which is unique in a tree.
fn reference(package: &Value) -> String {
    let text = |field: &str| package[field].as_str().unwrap_or_default();
    purl(text("name"), text("version"))
}

fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// The SHA-256 of each package by its package URL.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let entries = lock.split("[[package]]").skip(1).filter_map(|entry| {
        let field = |name: &str| {
            let start = format!("{name} = \"");
            let line = entry
                .lines()
                .find_map(|line| line.strip_prefix(start.as_str()));
            line.map(|rest| rest.trim_end_matches('"'))
        };
        Some((
            purl(field("name")?, field("version")?),
            field("checksum")?.to_owned(),
        ))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::tests::app;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"lib\"\nversion = \"1.0.0\"\n\
                        checksum = \"ab12\"\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\n";

    fn bill() -> Value {
        serde_json::from_str(&render(&app(), LOCK).expect("a bill")).expect("JSON")
    }

    #[test]
    fn the_application_is_apart_from_what_it_contains() {
        let bill = bill();
        assert_eq!(bill["metadata"]["component"]["name"], "app");
        assert_eq!(bill["metadata"]["component"]["purl"], Value::Null);
        let names: Vec<_> = bill["components"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|each| &each["name"])
            .collect();
        assert_eq!(names, ["deep", "lib"]);
    }

    #[test]
    fn a_component_has_its_licence_and_its_checksum() {
        let lib = bill()["components"][1].clone();
        assert_eq!(lib["purl"], "pkg:cargo/lib@1.0.0");
        assert_eq!(lib["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(lib["hashes"][0]["content"], "ab12");
    }

    #[test]
    fn every_dependency_is_a_component() {
        let bill = bill();
        let mut known = vec![bill["metadata"]["component"]["bom-ref"].clone()];
        known.extend(
            bill["components"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|each| each["bom-ref"].clone()),
        );
        for dependency in bill["dependencies"].as_array().into_iter().flatten() {
            assert!(known.contains(&dependency["ref"]), "{dependency}");
            for needed in dependency["dependsOn"].as_array().into_iter().flatten() {
                assert!(known.contains(needed), "{needed}");
            }
        }
        assert_eq!(bill["dependencies"].as_array().map(Vec::len), Some(3));
    }
}
