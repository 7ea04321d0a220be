//! No crate that deny.toml bans is in the resolved tree.
//!
//! `cargo deny` checks the same list, and licences and sources besides, where it is installed.

use std::process::Command;

use serde_json::Value;

use crate::process::{Failure, cargo, run as run_program};
use crate::workspace;

const LIST: &str = "deny.toml";

/// Names every banned crate in the tree, and the crates that pull it in.
pub(super) fn findings(metadata: &Value) -> Result<Vec<String>, Failure> {
    let banned = read(&workspace::read(LIST)?)?;
    Ok(compare(&banned, metadata))
}

/// Runs cargo-deny on bans, licences and sources, or says that it is not installed.
///
/// Advisories are left to `cargo deny check advisories`: their database comes from the network and changes every day.
pub(super) fn run_cargo_deny() -> Result<(), Failure> {
    let version = Command::new("cargo-deny").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("skipped: cargo-deny is not installed, so licences and sources are not checked");
        return Ok(());
    }
    run_program(&mut cargo([
        "deny",
        "--offline",
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

struct Banned {
    name: String,
    reason: String,
}

/// Reads the lines `{ crate = "NAME", reason = "WHY" },` of `deny = […]`.
fn read(text: &str) -> Result<Vec<Banned>, Failure> {
    let mut banned = Vec::new();
    let rows = text.lines().skip_while(|line| *line != "deny = [").skip(1);
    for row in rows.take_while(|line| *line != "]") {
        banned.push(read_row(row).ok_or_else(|| {
            let wanted = r#"{ crate = "NAME", reason = "WHY" },"#;
            Failure::new(format!(
                "{LIST}: `{}` is not of the form `{wanted}`",
                row.trim()
            ))
        })?);
    }
    if banned.is_empty() {
        let reason = format!("{LIST}: it has no list that begins with a line `deny = [`");
        return Err(Failure::new(reason));
    }
    Ok(banned)
}

fn read_row(row: &str) -> Option<Banned> {
    let row = row.trim().strip_prefix(r#"{ crate = ""#)?;
    let (name, reason) = row
        .strip_suffix(r#"" },"#)?
        .split_once(r#"", reason = ""#)?;
    Some(Banned {
        name: name.to_owned(),
        reason: reason.to_owned(),
    })
}

fn compare(banned: &[Banned], metadata: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if let Some(Banned { reason, .. }) = banned.iter().find(|banned| banned.name == name) {
            let users = users(metadata, &package["id"]).join(", ");
            findings.push(format!(
                "{LIST} bans `{name}`, which {users} pulls in: {reason}"
            ));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "[bans]\ndeny = [\n  { crate = \"h2\", reason = \"HTTP/1.1 only\" },\n]\n";

    #[test]
    fn a_banned_crate_is_named_with_its_user() {
        let metadata = json!({
            "packages": [{"name": "h2", "id": "h2@1"}, {"name": "hyper", "id": "hyper@1"}],
            "resolve": {"nodes": [
                {"id": "hyper@1", "dependencies": ["h2@1"]},
                {"id": "h2@1", "dependencies": []},
            ]},
        });
        let banned = read(TEXT).expect("it is a list");
        assert_eq!(
            compare(&banned, &metadata),
            ["deny.toml bans `h2`, which hyper@1 pulls in: HTTP/1.1 only"]
        );
    }

    #[test]
    fn an_allowed_tree_has_no_findings() {
        let metadata =
            json!({"packages": [{"name": "ring", "id": "ring@1"}], "resolve": {"nodes": []}});
        let banned = read(TEXT).expect("it is a list");
        assert!(compare(&banned, &metadata).is_empty());
    }

    #[test]
    fn a_list_that_cannot_be_read_fails() {
        assert!(read("[bans]\ndeny = [\n  \"h2\",\n]\n").is_err());
        assert!(read("[bans]\n").is_err());
    }

    #[test]
    fn the_repository_has_a_list() {
        let text = workspace::read(LIST).expect("there is one");
        assert!(read(&text).is_ok_and(|banned| banned.len() >= 5));
    }
}
