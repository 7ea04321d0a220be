//! Crates that must not be anywhere in the resolved tree, each with its reason.

use serde_json::Value;

const FORBIDDEN: [(&str, &str); 5] = [
    (
        "aws-lc-rs",
        "one TLS provider, `ring`; this one spends tens of milliseconds of CPU at its first use",
    ),
    (
        "aws-lc-sys",
        "one TLS provider, `ring`; this one needs a C tool chain of its own",
    ),
    (
        "h2",
        "OSS documents HTTP/1.1 only, and the client offers nothing else",
    ),
    ("native-tls", "one TLS stack, rustls"),
    ("openssl-sys", "one TLS stack, rustls"),
];

/// Names every forbidden crate in the tree, and the crates that pull it in.
pub(super) fn findings(metadata: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages(metadata) {
        let name = package["name"].as_str().unwrap_or_default();
        for (forbidden, reason) in FORBIDDEN {
            if name == forbidden {
                let users = users(metadata, &package["id"]).join(", ");
                findings.push(format!(
                    "`{name}` is in the tree, because of {users}: {reason}"
                ));
            }
        }
    }
    findings
}

fn users<'a>(metadata: &'a Value, id: &Value) -> Vec<&'a str> {
    let nodes = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten();
    let depends = |node: &&Value| {
        node["dependencies"]
            .as_array()
            .is_some_and(|all| all.contains(id))
    };
    nodes
        .filter(depends)
        .filter_map(|node| node["id"].as_str())
        .collect()
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_forbidden_crate_is_named_with_its_user() {
        let metadata = json!({
            "packages": [{"name": "h2", "id": "h2@1"}, {"name": "hyper", "id": "hyper@1"}],
            "resolve": {"nodes": [
                {"id": "hyper@1", "dependencies": ["h2@1"]},
                {"id": "h2@1", "dependencies": []},
            ]},
        });
        let findings = findings(&metadata);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("`h2` is in the tree, because of hyper@1: "));
    }

    #[test]
    fn an_allowed_tree_has_no_findings() {
        let metadata =
            json!({"packages": [{"name": "ring", "id": "ring@1"}], "resolve": {"nodes": []}});
        assert!(findings(&metadata).is_empty());
    }
}
