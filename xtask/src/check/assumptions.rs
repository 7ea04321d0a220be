//! What docs/protocol.md assumes about the servers, and the code that leans on it, name each other.
//!
//! The document numbers its assumptions: `*Assumed* **A7**: …`.
//! A comment in the code that would break if A7 were wrong holds the words `assumption A7`.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::Failure;
use crate::workspace;

const DOCUMENT: &str = "docs/protocol.md";
const ASSUMED: &str = "*Assumed*";
const MARKER: &str = "assumption A";

/// Names every assumption that no code names, and every marker whose assumption is not there.
pub(super) fn findings(files: &[String]) -> Result<Vec<String>, Failure> {
    let document = workspace::read(DOCUMENT)?;
    let mut texts = Vec::new();
    for file in files.iter().filter(|file| may_lean(file)) {
        texts.push((file.as_str(), workspace::read(file)?));
    }
    Ok(compare(&document, &texts))
}

/// The crates' own code; the sandbox plays the servers, so what it does is not what we assume of them.
fn may_lean(file: &str) -> bool {
    file.starts_with("crates/")
        && file.contains("/src/")
        && file.ends_with(".rs")
        && !file.starts_with("crates/vectcut-sandbox/")
}

fn compare(document: &str, texts: &[(&str, String)]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut assumed = BTreeMap::new();
    for (line, text) in (1..).zip(document.lines()) {
        for (at, _) in text.match_indices(ASSUMED) {
            let number = text[at + ASSUMED.len()..]
                .strip_prefix(" **A")
                .and_then(leading_number);
            match number {
                None => findings.push(format!(
                    "{DOCUMENT}:{line}: an assumption without a number; write `{ASSUMED} **A1**:` with the next free one"
                )),
                Some(number) => {
                    if let Some(first) = assumed.insert(number, line) {
                        findings.push(format!("{DOCUMENT}:{line}: A{number} is the number of line {first} as well"));
                    }
                }
            }
        }
    }
    let mut marked = BTreeSet::new();
    for (file, text) in texts {
        for (line, text) in (1..).zip(text.lines()) {
            for (at, _) in text.match_indices(MARKER) {
                let number = leading_number(&text[at + MARKER.len()..]);
                marked.extend(number);
                if !number.is_some_and(|number| assumed.contains_key(&number)) {
                    findings.push(format!(
                        "{file}:{line}: it leans on an assumption that {DOCUMENT} does not have"
                    ));
                }
            }
        }
    }
    for (number, line) in assumed {
        if !marked.contains(&number) {
            findings.push(format!(
                "{DOCUMENT}:{line}: no code says `{MARKER}{number}`; mark the code that leans on it, or delete it"
            ));
        }
    }
    findings
}

fn leading_number(text: &str) -> Option<u32> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT_TEXT: &str = "# Servers\n\n*Assumed* **A1**: they answer.\n";

    #[track_caller]
    fn check(document: &str, code: &str, expected: &[&str]) {
        let findings = compare(document, &[("a.rs", code.to_owned())]);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn an_assumption_with_its_marker_is_fine() {
        check(DOCUMENT_TEXT, "// Leans on assumption A1.\n", &[]);
    }

    #[test]
    fn an_assumption_without_a_marker_is_named() {
        check(
            DOCUMENT_TEXT,
            "// assumes\n",
            &["docs/protocol.md:3: no code says `assumption A1`"],
        );
        let twelve = format!("{DOCUMENT_TEXT}*Assumed* **A12**: more.\n");
        check(
            &twelve,
            "// assumption A12\n",
            &["docs/protocol.md:3: no code says `assumption A1`"],
        );
    }

    #[test]
    fn a_marker_without_its_assumption_is_named() {
        let code = "// assumption A1\n// assumption A2\n";
        check(DOCUMENT_TEXT, code, &["a.rs:2: it leans on an assumption"]);
    }

    #[test]
    fn every_assumption_has_a_number_of_its_own() {
        let code = "// assumption A1\n";
        let unnumbered = format!("{DOCUMENT_TEXT}*Assumed*: they are quick.\n");
        check(
            &unnumbered,
            code,
            &["docs/protocol.md:4: an assumption without a number"],
        );
        let twice = format!("{DOCUMENT_TEXT}*Assumed* **A1**: they are quick.\n");
        check(
            &twice,
            code,
            &["docs/protocol.md:4: A1 is the number of line 3 as well"],
        );
    }
}
