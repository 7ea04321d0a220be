//! The arrows between the crates, and the closed lists of what the signer and xtask may depend on.
//!
//! A layer that must not know a thing does not have it in its manifest; this table is the whole design on one page.
//! A new arrow is a decision: write it down in docs/decisions, then add its row here.

use std::fmt;

use serde_json::Value;

use Kind::{Dev, Normal};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
    Build,
}

/// One allowed edge: from, to, kind, and why it is there.
type Arrow = (&'static str, &'static str, Kind, &'static str);

const ALLOWED: [Arrow; 17] = [
    (
        "oss-client",
        "oss-signer",
        Normal,
        "every request to OSS is signed",
    ),
    (
        "oss-client",
        "strict-http",
        Normal,
        "clients, kinds of failures, and text of servers",
    ),
    (
        "vectcut-api",
        "strict-http",
        Normal,
        "clients, kinds of failures, and text of servers",
    ),
    (
        "vectcut-upload",
        "strict-http",
        Normal,
        "a retry depends on the kind of the failure",
    ),
    ("vectcut-upload", "vectcut-api", Normal, "init and complete"),
    (
        "vectcut-upload",
        "oss-client",
        Normal,
        "the bytes go to OSS",
    ),
    (
        "vectcut-cli",
        "strict-http",
        Normal,
        "the command makes a client for each server",
    ),
    (
        "vectcut-cli",
        "vectcut-api",
        Normal,
        "the command makes the backend's client and words its errors",
    ),
    (
        "vectcut-cli",
        "oss-client",
        Normal,
        "the command makes the OSS client and words its errors",
    ),
    (
        "vectcut-cli",
        "vectcut-upload",
        Normal,
        "the command's main job",
    ),
    (
        "vectcut-cli",
        "vectcut-sandbox",
        Normal,
        "`vectcut sandbox` and `upload --sandbox`",
    ),
    ("e2e", "vectcut-cli", Normal, "the command under test"),
    (
        "e2e",
        "vectcut-sandbox",
        Dev,
        "the servers that the command meets, and the verifier of the vectors",
    ),
    (
        "e2e",
        "oss-signer",
        Dev,
        "what the signer signs, the sandbox must verify",
    ),
    (
        "oss-client",
        "vectcut-sandbox",
        Dev,
        "tests talk to a server over a socket",
    ),
    (
        "vectcut-api",
        "vectcut-sandbox",
        Dev,
        "tests talk to a server over a socket",
    ),
    (
        "vectcut-upload",
        "vectcut-sandbox",
        Dev,
        "tests talk to a server over a socket",
    ),
];

/// Crates whose direct dependencies outside the workspace are a closed list.
const CLOSED_LISTS: [(&str, &[&str], &str); 2] = [
    (
        "oss-signer",
        &["base64", "hmac", "http", "sha1", "sha2", "zeroize"],
        "whoever only signs must not build or audit more",
    ),
    (
        "xtask",
        &["clap", "proc-macro2", "serde_json", "syn"],
        "everyone who runs one verb builds them",
    ),
];

/// Names every edge that the tables above do not allow.
pub(super) fn findings(metadata: &Value) -> Vec<String> {
    let edges = edges(metadata);
    let members = members(metadata);
    let mut findings = Vec::new();
    for edge in &edges {
        if members.contains(&edge.to) {
            if !ALLOWED
                .iter()
                .any(|&(from, to, kind, _)| (from, to, kind) == (edge.from, edge.to, edge.kind))
            {
                findings.push(format!(
                    "{edge}: no arrow allows it; see xtask/src/check/arrows.rs"
                ));
            }
            continue;
        }
        for (from, dependencies, reason) in CLOSED_LISTS {
            if edge.from == from && edge.kind != Dev && !dependencies.contains(&edge.to) {
                findings.push(format!(
                    "{edge}: `{from}` may depend on {dependencies:?} only, because {reason}"
                ));
            }
        }
    }
    for (from, to, kind, _) in ALLOWED {
        let there = edges
            .iter()
            .any(|edge| (edge.from, edge.to, edge.kind) == (from, to, kind));
        if members.contains(&from) && !there {
            findings.push(format!(
                "`{from}` → `{to}` ({kind}): an allowed arrow that no manifest has; remove its row"
            ));
        }
    }
    findings
}

struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    kind: Kind,
}

fn members(metadata: &Value) -> Vec<&str> {
    local_packages(metadata)
        .filter_map(|package| package["name"].as_str())
        .collect()
}

fn edges(metadata: &Value) -> Vec<Edge<'_>> {
    let mut edges = Vec::new();
    for package in local_packages(metadata) {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if let (Some(from), Some(to)) = (package["name"].as_str(), dependency["name"].as_str())
            {
                let kind = match dependency["kind"].as_str() {
                    Some("dev") => Dev,
                    Some("build") => Kind::Build,
                    _ => Normal,
                };
                edges.push(Edge { from, to, kind });
            }
        }
    }
    edges
}

/// The packages of this repository: those that come from no registry.
fn local_packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.filter(|package| package["source"].is_null())
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Normal => "normal",
            Dev => "dev",
            Kind::Build => "build",
        })
    }
}

impl fmt::Display for Edge<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` → `{}` ({})", self.from, self.to, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A workspace of the signer and the sandbox, where `from` also depends on `to`.
    fn with_edge(from: &str, to: &str, kind: &Value) -> Value {
        let dependencies = |package: &str| {
            if package == from {
                json!([{"name": to, "kind": kind}])
            } else {
                json!([])
            }
        };
        json!({"packages": [
            {"name": "oss-signer", "source": null, "dependencies": dependencies("oss-signer")},
            {"name": "vectcut-sandbox", "source": null, "dependencies": dependencies("vectcut-sandbox")},
            {"name": "reqwest", "source": "registry", "dependencies": [{"name": "anything", "kind": null}]},
        ]})
    }

    #[track_caller]
    fn check(from: &str, to: &str, kind: &Value, expected: &[&str]) {
        let findings = findings(&with_edge(from, to, kind));
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn the_sandbox_may_not_know_the_signer() {
        let edge = "`vectcut-sandbox` → `oss-signer` (normal): no arrow allows it";
        check("vectcut-sandbox", "oss-signer", &Value::Null, &[edge]);
    }

    #[test]
    fn not_even_in_its_tests() {
        let edge = "`vectcut-sandbox` → `oss-signer` (dev): no arrow allows it";
        check("vectcut-sandbox", "oss-signer", &json!("dev"), &[edge]);
    }

    #[test]
    fn nor_in_a_build_script() {
        let edge = "`oss-signer` → `vectcut-sandbox` (build): no arrow allows it";
        check("oss-signer", "vectcut-sandbox", &json!("build"), &[edge]);
    }

    #[test]
    fn the_signers_dependencies_are_a_closed_list() {
        check("oss-signer", "hmac", &Value::Null, &[]);
        let edge = "`oss-signer` → `reqwest` (normal): `oss-signer` may depend on [";
        check("oss-signer", "reqwest", &Value::Null, &[edge]);
    }

    #[test]
    fn the_signers_tests_may_use_more() {
        check("oss-signer", "proptest", &json!("dev"), &[]);
    }

    #[test]
    fn an_arrow_that_nobody_has_leaves_the_table() {
        let metadata = json!({"packages": [
            {"name": "oss-client", "source": null, "dependencies": []},
        ]});
        let findings = findings(&metadata);
        assert!(findings.contains(
            &"`oss-client` → `oss-signer` (normal): an allowed arrow that no manifest has; remove its row".to_owned()
        ));
    }
}
