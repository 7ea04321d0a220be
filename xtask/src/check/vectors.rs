//! Every signature vector says which bug it would catch; a vector that cannot say so proves nothing that another does not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::process::Failure;
use crate::workspace;

const FILES: [&str; 2] = [
    "crates/oss-signer/tests/vectors/oss-v1.json",
    "crates/oss-signer/tests/vectors/oss-v4.json",
];

/// Names every vector whose `catches` is missing, or is that of another vector.
pub(super) fn findings() -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for file in FILES {
        let vectors: Vec<Value> = serde_json::from_str(&workspace::read(file)?)
            .map_err(|error| Failure::new(format!("{file}: it is no list of vectors: {error}")))?;
        findings.extend(findings_in(file, &vectors));
    }
    Ok(findings)
}

fn findings_in(file: &str, vectors: &[Value]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut known = BTreeMap::new();
    for vector in vectors {
        let name = vector["name"].as_str().unwrap_or("(without a name)");
        let catches = vector["catches"].as_str().unwrap_or_default();
        if catches.split_whitespace().count() < 3 {
            findings.push(format!(
                "{file}: `{name}` does not say in `catches` which bug it would catch"
            ));
        } else if let Some(other) = known.insert(catches, name) {
            findings.push(format!(
                "{file}: `{name}` would catch the same bug as `{other}`"
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_vector_without_a_bug_of_its_own_is_named() {
        let vectors = [
            json!({"name": "a", "catches": "swapping two lines"}),
            json!({"name": "b"}),
            json!({"name": "c", "catches": "swapping two lines"}),
        ];
        assert_eq!(
            findings_in("f.json", &vectors),
            [
                "f.json: `b` does not say in `catches` which bug it would catch",
                "f.json: `c` would catch the same bug as `a`",
            ]
        );
    }
}
