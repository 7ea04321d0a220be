//! Every promise in docs/SECURITY.md names the tests that show it, and those tests exist.

use std::collections::BTreeSet;

use crate::process::Failure;
use crate::workspace;

const DOCUMENT: &str = "docs/SECURITY.md";
const TABLE: &str = "| promise | tests |";

/// Names every promise without a test, and every test that is not there.
pub(super) fn findings(files: &[String]) -> Result<Vec<String>, Failure> {
    let mut tests = BTreeSet::new();
    for file in files.iter().filter(|file| file.ends_with(".rs")) {
        tests.extend(tests_in(&workspace::read(file)?));
    }
    Ok(compare(&workspace::read(DOCUMENT)?, &tests))
}

fn compare(document: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut promises = 0;
    let mut in_table = false;
    for (number, line) in (1..).zip(document.lines()) {
        in_table = line == TABLE || (in_table && line.starts_with('|'));
        if !in_table || line == TABLE || line.starts_with("|---") {
            continue;
        }
        promises += 1;
        let cell = line
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            findings.push(format!("{DOCUMENT}:{number}: a promise without a test"));
        }
        for name in named.into_iter().filter(|name| !tests.contains(*name)) {
            findings.push(format!("{DOCUMENT}:{number}: there is no test `{name}`"));
        }
    }
    if promises == 0 {
        findings.push(format!("{DOCUMENT}: it has no table `{TABLE}`"));
    }
    findings
}

/// The functions under an attribute such as `#[test]`, `#[tokio::test]` or `#[tokio::test(…)]`.
fn tests_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else if let Some((_, rest)) = line.split_once("fn ") {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            found.extend(is_test.then(|| name.to_owned()));
            is_test = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, expected: &[&str]) {
        let tests = tests_in(
            "#[test]\nfn a_wall_holds() {}\n\nfn helper() {}\n#[tokio::test]\nasync fn a_door_shuts() {}\n",
        );
        assert_eq!(compare(document, &BTreeSet::from_iter(tests)), expected);
    }

    #[test]
    fn a_promise_whose_tests_are_there_is_fine() {
        check(
            "# S\n| promise | tests |\n|---|---|\n| `x` holds | `a_wall_holds`, `a_door_shuts` |\n",
            &[],
        );
    }

    #[test]
    fn a_test_that_is_not_there_is_named_with_its_line() {
        let there_is_none = "docs/SECURITY.md:3: there is no test `helper`";
        check(
            "| promise | tests |\n|---|---|\n| it holds | `helper` |\n",
            &[there_is_none],
        );
    }

    #[test]
    fn a_promise_needs_a_test() {
        let without = "docs/SECURITY.md:3: a promise without a test";
        check(
            "| promise | tests |\n|---|---|\n| it holds | we think |\n",
            &[without],
        );
        check(
            "# S\n",
            &["docs/SECURITY.md: it has no table `| promise | tests |`"],
        );
    }
}
