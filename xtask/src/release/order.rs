//! Which crates are published, and in which order.

use serde_json::Value;

use crate::process::Failure;

/// Returns the names of the published crates, each after those that it depends on.
pub(super) fn publishable(metadata: &Value) -> Result<impl Iterator<Item = &str>, Failure> {
    let mut waiting: Vec<&Value> = packages(metadata)
        .filter(|package| {
            package["publish"]
                .as_array()
                .is_none_or(|list| !list.is_empty())
        })
        .collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let waits_for_another = |package: &&Value| {
            let mut names = waiting.iter().filter_map(|other| other["name"].as_str());
            names.any(|name| depends_on(package, name))
        };
        let ready: Vec<&str> = waiting
            .iter()
            .filter(|package| !waits_for_another(package))
            .filter_map(|package| package["name"].as_str())
            .collect();
        if ready.is_empty() {
            return Err(Failure::new("the crates depend on each other in a circle"));
        }
        waiting.retain(|package| {
            !package["name"]
                .as_str()
                .is_some_and(|name| ready.contains(&name))
        });
        ordered.extend(ready);
    }
    Ok(ordered.into_iter())
}

/// Returns the metadata of a package of the workspace.
pub(super) fn package<'a>(metadata: &'a Value, name: &str) -> Result<&'a Value, Failure> {
    packages(metadata)
        .find(|package| package["name"] == name)
        .ok_or_else(|| Failure::new(format!("cargo metadata has no package `{name}`")))
}

/// Returns the packages of the workspace: those that come from no registry.
fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.filter(|package| package["source"].is_null())
}

/// Cargo publishes without dev-dependencies that have no version, so those do not count.
fn depends_on(package: &Value, name: &str) -> bool {
    let mut dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies.any(|dependency| dependency["name"] == name && dependency["kind"] != "dev")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crate_comes_after_those_that_it_depends_on() {
        let package = |name: &str, dependencies: &[(&str, Option<&str>)], publish: Value| {
            let dependencies: Vec<Value> = dependencies
                .iter()
                .map(|(name, kind)| json!({"name": name, "kind": kind}))
                .collect();
            json!({"name": name, "source": null, "publish": publish, "dependencies": dependencies})
        };
        let metadata = json!({"packages": [
            package("top", &[("middle", None), ("serde", None)], Value::Null),
            package("private", &[], json!([])),
            package("middle", &[("bottom", None), ("top", Some("dev"))], Value::Null),
            package("bottom", &[], Value::Null),
            json!({"name": "serde", "source": "registry", "dependencies": []}),
        ]});
        let names: Vec<&str> = publishable(&metadata).expect("an order").collect();
        assert_eq!(names, ["bottom", "middle", "top"]);
        let circle = json!({"packages": [
            package("a", &[("b", None)], Value::Null),
            package("b", &[("a", None)], Value::Null),
        ]});
        assert!(publishable(&circle).is_err());
    }
}
