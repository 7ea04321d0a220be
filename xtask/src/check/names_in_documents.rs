//! The documents for contributors name files and functions that exist.
//!
//! In backticks, a word with `.rs` or `/` is a file or folder, perhaps without its first folders. A part of it in capitals
//! stands for any name.
//! A word with `::`, or a single word in snake case, is a name somewhere in the code.

use std::collections::BTreeSet;

use crate::process::Failure;
use crate::workspace;

const DOCUMENTS: [&str; 2] = ["docs/ARCHITECTURE.md", "docs/contributing.md"];

/// Names every file and function that a document names and that is not there.
pub(super) fn findings(files: &[String]) -> Result<Vec<String>, Failure> {
    let mut words = BTreeSet::new();
    for file in files.iter().filter(|file| file.ends_with(".rs")) {
        let text = workspace::read(file)?;
        words.extend(words_in(&text).map(str::to_owned));
    }
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        findings.extend(compare(
            document,
            &workspace::read(document)?,
            files,
            &words,
        ));
    }
    Ok(findings)
}

fn words_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty())
}

fn compare(document: &str, text: &str, files: &[String], words: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for name in line.split('`').skip(1).step_by(2) {
            let is_there = if is_path(name) {
                is_in(files, name)
            } else if is_code(name) {
                words_in(name).all(|word| words.contains(word))
            } else {
                true
            };
            if !is_there {
                findings.push(format!("{document}:{number}: there is no `{name}`"));
            }
        }
    }
    findings
}

fn is_path(name: &str) -> bool {
    let of_path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let is_template = words_in(name).any(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    name.chars().all(of_path) && (name.ends_with(".rs") || name.contains('/')) && !is_template
}

/// Without a call's arguments, `Type::function` or `several_words`.
fn is_code(name: &str) -> bool {
    let of_code = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.chars().all(of_code) && (name.contains("::") || name.contains('_'))
}

fn is_in(files: &[String], name: &str) -> bool {
    let name = name.trim_end_matches('/');
    files.iter().any(|file| {
        let mut starts = file.match_indices(name).map(|(at, _)| at);
        starts.any(|at| {
            let before = file[..at].chars().next_back();
            let after = file[at + name.len()..].chars().next();
            before.is_none_or(|c| c == '/') && after.is_none_or(|c| c == '/')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let files = ["crates/a/src/one_file.rs", "tests/peers/sdks.py"].map(str::to_owned);
        let words = BTreeSet::from(["Uploader", "upload", "send_part"].map(str::to_owned));
        assert_eq!(compare("d.md", text, &files, &words), expected);
    }

    #[test]
    fn what_is_there_is_fine() {
        check(
            "`one_file.rs`, `a/src/`, `tests/peers` and `Uploader::upload` call `send_part`.",
            &[],
        );
        check(
            "`vectcut upload FILE` and `put:reset=1M` are no names, and neither is `init`.",
            &[],
        );
    }

    #[test]
    fn what_is_gone_is_named_with_its_line() {
        check("\n`walk.rs`", &["d.md:2: there is no `walk.rs`"]);
        check(
            "`Uploader::walk`",
            &["d.md:1: there is no `Uploader::walk`"],
        );
        check("`send_whole`", &["d.md:1: there is no `send_whole`"]);
        check("`peers/sdk`", &["d.md:1: there is no `peers/sdk`"]);
    }
}
