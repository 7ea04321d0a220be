//! Rules for every Rust file: module docs, a readable size, no skipped tests, and few callers of `expose()`.

use super::allowed::Allowed;
use crate::process::Failure;
use crate::workspace;

const LIST: &str = "xtask/src/check/sources.rs";

const FILE_LINES_MAX: usize = 500;

/// File names that say nothing about what the file holds.
const EMPTY_NAMES: [&str; 6] = ["common", "handler", "helpers", "manager", "misc", "utils"];

/// The files that may open a secret, and why. Tests may do it anywhere.
const EXPOSE_CALLERS: [(&str, &str); 14] = [
    (
        "crates/oss-signer/src/diagnose.rs",
        "compares two texts; a diagnosis has names only",
    ),
    (
        "crates/vectcut-api/src/api_key.rs",
        "the key becomes a header marked sensitive, and its fingerprint",
    ),
    (
        "crates/vectcut-api/src/probe.rs",
        "a signed URL is fetched to prove what it leads to",
    ),
    (
        "crates/vectcut-cli/src/commands/login/export.rs",
        "the line that sets the key is what `--print-export` is for",
    ),
    (
        "crates/vectcut-cli/src/commands/url.rs",
        "the URL is what `vectcut url` prints",
    ),
    (
        "crates/vectcut-cli/src/key_file.rs",
        "`vectcut login` stores the key; only the user can read the file",
    ),
    (
        "crates/vectcut-cli/src/result.rs",
        "the URL is what standard output is for",
    ),
    (
        "crates/vectcut-upload/examples/many_files.rs",
        "the URL is what the example returns",
    ),
    (
        "crates/vectcut-upload/examples/one_file.rs",
        "the URL is what the example returns",
    ),
    (
        "crates/vectcut-upload/examples/server.rs",
        "the URL is what the example returns",
    ),
    (
        "crates/vectcut-upload/src/access/request.rs",
        "lends the credentials to the signer",
    ),
    (
        "crates/vectcut-upload/src/journal/record.rs",
        "a later run resumes with the same credentials; only the user can read the file",
    ),
    (
        "crates/vectcut-upload/src/kept_url.rs",
        "a later run proves or renews the same URL; only the user can read the file",
    ),
    (
        "tests/signer-users/speed/src/main.rs",
        "times the bare HMAC of the text that a signature hashes",
    ),
];

/// The files that may have a test that `cargo test` skips, and why.
const SKIPPED_TESTS: [(&str, &str); 4] = [
    (
        "crates/vectcut-upload/src/ledger/tests.rs",
        "a measurement, by hand: times on a shared machine prove nothing",
    ),
    (
        "crates/vectcut-upload/tests/faults/full_disk.rs",
        "another test runs it, in a process with a limit",
    ),
    (
        "crates/vectcut-upload/tests/faults/journal_damage.rs",
        "ten thousand cases, by hand; a few hundred run every time",
    ),
    (
        "crates/vectcut-upload/tests/faults/ledger_cost.rs",
        "a measurement, by hand: times on a shared machine prove nothing",
    ),
];

/// The signer's texts for diagnosis; its own test looks behind the placeholder.
const REDACTED: &str = "crates/oss-signer/src/redacted.rs";

/// Names every file that breaks a rule, with the rule.
pub(super) fn findings(files: &[String]) -> Result<Vec<String>, Failure> {
    let mut openers = Allowed::new(LIST, &EXPOSE_CALLERS);
    let mut skipped = Allowed::new(LIST, &SKIPPED_TESTS);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.ends_with(".rs")) {
        let text = workspace::read(file)?;
        findings.extend(findings_in(file, &text, &mut openers, &mut skipped));
    }
    findings.extend(openers.unused());
    findings.extend(skipped.unused());
    Ok(findings)
}

fn findings_in(
    file: &str,
    text: &str,
    openers: &mut Allowed,
    skipped: &mut Allowed,
) -> Vec<String> {
    let mut findings = Vec::new();
    if !has_module_docs(text) {
        findings.push(format!(
            "{file}: it opens without `//!`; say what it holds and what it leaves to others"
        ));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX {
        findings.push(format!(
            "{file}: {lines} lines, more than {FILE_LINES_MAX}; find the second noun in it"
        ));
    }
    let name = file
        .rsplit('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs");
    if EMPTY_NAMES.contains(&name) {
        findings.push(format!("{file}: `{name}` does not say what it holds"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.trim_start();
        if code.starts_with("#[ignore") && !skipped.allows(file) {
            findings.push(format!(
                "{file}:{number}: a test that never runs proves nothing"
            ));
        }
        if opens_a_secret(code) && !proves(file) && !openers.allows(file) {
            findings.push(format!(
                "{file}:{number}: calls `expose()` and has no row in {LIST}"
            ));
        }
    }
    findings
}

/// Inner docs may follow inner attributes, and a crate may include its README as docs.
fn has_module_docs(text: &str) -> bool {
    text.lines()
        .take(12)
        .any(|line| line.starts_with("//!") || line.starts_with("#![doc"))
}

/// Tests hold nobody's secrets.
fn proves(file: &str) -> bool {
    let folders = ["/tests/", "/benches/", "tests/e2e/"];
    folders.iter().any(|folder| file.contains(folder)) || file == REDACTED
}

/// Also where the method is passed as a function, as in `.map(Secret::expose)`.
fn opens_a_secret(code: &str) -> bool {
    const OPENERS: [&str; 4] = [
        concat!(".expose", "()"),
        concat!("::expose", ")"),
        concat!("::expose", "("),
        concat!(".reveal_", "secrets()"),
    ];
    !code.starts_with("//") && OPENERS.iter().any(|opener| code.contains(opener))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, text: &str, expected: &[&str]) {
        let mut none = Allowed::new(LIST, &[]);
        let mut rows = Allowed::new(LIST, &[("crates/a/src/opens.rs", "it may")]);
        let findings = findings_in(file, text, &mut rows, &mut none);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, part) in findings.iter().zip(expected) {
            assert!(finding.contains(part), "{finding}");
        }
    }

    #[test]
    fn a_documented_file_is_fine() {
        check("crates/a/src/v1.rs", "//! Signs.\n\nfn sign() {}\n", &[]);
        check(
            "crates/a/src/lib.rs",
            "#![doc = include_str!(\"../README.md\")]\n",
            &[],
        );
    }

    #[test]
    fn a_file_without_module_docs_is_named() {
        check(
            "crates/a/src/v1.rs",
            "fn sign() {}\n",
            &["opens without `//!`"],
        );
    }

    #[test]
    fn a_file_too_long_to_read_is_named() {
        let text = format!("//! Long.\n{}", "\n".repeat(FILE_LINES_MAX));
        check("crates/a/src/v1.rs", &text, &["501 lines"]);
    }

    #[test]
    fn a_name_that_says_nothing_is_named() {
        check(
            "crates/a/src/utils.rs",
            "//! Things.\n",
            &["`utils` does not say"],
        );
    }

    #[test]
    fn a_skipped_test_is_named_with_its_line() {
        let text = format!("//! Tests.\n    #[{}]\n", "ignore");
        check("crates/a/tests/a.rs", &text, &["a.rs:2"]);
    }

    #[test]
    fn a_new_place_that_opens_a_secret_is_named() {
        for opened in [
            concat!("key.expose", "()"),
            concat!("key.map(Secret::expose", ")"),
            concat!("text.reveal_", "secrets()"),
        ] {
            let text = format!("//! Sends.\nlet key = {opened};\n");
            check("crates/a/src/new.rs", &text, &["new.rs:2"]);
            check("crates/a/src/opens.rs", &text, &[]);
            check("crates/a/tests/a.rs", &text, &[]);
        }
    }
}
