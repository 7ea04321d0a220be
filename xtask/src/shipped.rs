//! Which crates are in a binary: what the resolved tree needs at run time on one target.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::process::{Failure, cargo, output};

/// The crates of a binary, its own among them.
pub(crate) struct Shipped {
    metadata: Value,
    root: String,
    ids: BTreeSet<String>,
}

impl Shipped {
    /// Asks cargo for the tree of a package of this workspace on a target.
    pub(crate) fn read(package: &str, target: &str) -> Result<Self, Failure> {
        let arguments = [
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
        ];
        let text = output(cargo(arguments).arg(target))?;
        let metadata = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("cargo metadata is not JSON: {error}")))?;
        Self::of(metadata, package)
    }

    fn of(metadata: Value, package: &str) -> Result<Self, Failure> {
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let mut own = packages
            .filter(|candidate| candidate["source"].is_null() && candidate["name"] == package)
            .filter_map(|candidate| candidate["id"].as_str());
        let Some(root) = own.next().map(str::to_owned) else {
            return Err(Failure::new(format!("cargo metadata knows no `{package}`")));
        };
        let ids = needed(&metadata, &root);
        Ok(Self {
            metadata,
            root,
            ids,
        })
    }

    /// The packages, in the order of cargo's metadata.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Value> {
        let packages = self.metadata["packages"].as_array().into_iter().flatten();
        packages.filter(|package| {
            package["id"]
                .as_str()
                .is_some_and(|id| self.ids.contains(id))
        })
    }

    /// The package that has the binary.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The IDs of the packages that a package needs at run time.
    pub(crate) fn needed_by(&self, id: &str) -> Vec<&str> {
        normal_dependencies(&self.metadata, id)
    }
}

/// The packages that a package needs at run time, itself included.
fn needed(metadata: &Value, root: &str) -> BTreeSet<String> {
    let mut waiting = vec![root];
    let mut needed = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if needed.insert(id.to_owned()) {
            waiting.extend(normal_dependencies(metadata, id));
        }
    }
    needed
}

/// What only tests and builds need is left out.
fn normal_dependencies<'a>(metadata: &'a Value, id: &str) -> Vec<&'a str> {
    let mut nodes = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten();
    let all = nodes
        .find(|node| node["id"] == id)
        .map(|node| &node["deps"]);
    let all = all.and_then(Value::as_array).into_iter().flatten();
    let normal = all.filter(|dependency| {
        let kinds = dependency["dep_kinds"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    });
    normal
        .filter_map(|dependency| dependency["pkg"].as_str())
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// An app that needs `lib`, which needs `deep`; `test` and `build` are not shipped.
    pub(crate) fn app() -> Shipped {
        let kind = |kind: Value| json!([{ "kind": kind }]);
        let package = |name: &str, source: Value| json!({ "name": name, "version": "1.0.0", "id": name, "source": source, "license": "MIT/Apache-2.0" });
        let registry = || Value::from("registry+https://example.invalid/index");
        let metadata = json!({
            "packages": [
                package("app", Value::Null), package("lib", registry()), package("deep", registry()),
                package("test", registry()), package("build", registry()),
            ],
            "resolve": { "nodes": [
                { "id": "app", "deps": [
                    { "pkg": "lib", "dep_kinds": kind(Value::Null) },
                    { "pkg": "test", "dep_kinds": kind("dev".into()) },
                    { "pkg": "build", "dep_kinds": kind("build".into()) },
                ] },
                { "id": "lib", "deps": [{ "pkg": "deep", "dep_kinds": kind(Value::Null) }] },
            ] },
        });
        Shipped::of(metadata, "app").expect("it is there")
    }

    #[test]
    fn what_only_tests_and_builds_need_is_left_out() {
        let shipped = app();
        let names: Vec<_> = shipped
            .packages()
            .filter_map(|package| package["name"].as_str())
            .collect();
        assert_eq!(names, ["app", "lib", "deep"]);
        assert_eq!(shipped.needed_by("app"), ["lib"]);
    }
}
