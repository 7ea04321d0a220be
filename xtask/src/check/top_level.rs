//! The top of the repository stays short, so that it fits on one screen.

use std::collections::BTreeSet;

const ALLOWED: [&str; 20] = [
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".config",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".rustfmt.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "deny.toml",
    "docs",
    "fuzz",
    "rust-toolchain.toml",
    "tests",
    "xtask",
];

/// Names every entry at the top that is not in the list.
pub(super) fn findings(files: &[String]) -> Vec<String> {
    let entries: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.split('/').next())
        .collect();
    let unknown = entries.into_iter().filter(|entry| !ALLOWED.contains(entry));
    unknown
        .map(|entry| format!("`{entry}`: the top level has no place for it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_entry_is_named_once() {
        let files = ["Cargo.toml", "scripts/a.sh", "scripts/b.sh"].map(str::to_owned);
        assert_eq!(
            findings(&files),
            ["`scripts`: the top level has no place for it"]
        );
    }
}
