//! docs/dependencies.md has a word on every direct dependency, and none on one that is gone.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::process::Failure;
use crate::workspace;

const DOCUMENT: &str = "docs/dependencies.md";

/// Names every direct dependency without a row, and every row without a dependency.
pub(super) fn findings(metadata: &Value) -> Result<Vec<String>, Failure> {
    Ok(differences(&workspace::read(DOCUMENT)?, &direct(metadata)))
}

/// The dependencies of this repository's packages that come from elsewhere.
fn direct(metadata: &Value) -> BTreeSet<&str> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| package["source"].is_null())
        .flat_map(|package| package["dependencies"].as_array().into_iter().flatten())
        .filter(|dependency| !dependency["source"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect()
}

fn differences(document: &str, direct: &BTreeSet<&str>) -> Vec<String> {
    let named: BTreeSet<&str> = document.lines().flat_map(names_in_row).collect();
    let missing = direct
        .difference(&named)
        .map(|name| format!("{DOCUMENT} does not say why `{name}` is there"));
    let gone = named
        .difference(direct)
        .map(|name| format!("{DOCUMENT} speaks of `{name}`, which no manifest names"));
    missing.chain(gone).collect()
}

/// The names in backticks in the first cell of a table's row.
fn names_in_row(line: &str) -> impl Iterator<Item = &str> {
    let cell = line.strip_prefix('|').and_then(|row| row.split('|').next());
    cell.unwrap_or_default().split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| crate | why |\n|---|---|\n| `hmac`, `sha1` | they `sign` |\n";

    #[test]
    fn a_row_for_each_is_fine() {
        assert!(differences(TABLE, &BTreeSet::from(["hmac", "sha1"])).is_empty());
    }

    #[test]
    fn what_has_no_row_and_what_has_no_use_are_named() {
        assert_eq!(
            differences(TABLE, &BTreeSet::from(["hmac", "sha2"])),
            [
                "docs/dependencies.md does not say why `sha2` is there",
                "docs/dependencies.md speaks of `sha1`, which no manifest names",
            ]
        );
    }
}
