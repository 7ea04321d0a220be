//! The public API is the one in `public-api.txt`, so that no change of it goes unnoticed.
//!
//! The lints `unreachable_pub` and `unnameable_types` make every `pub` item of the sources part of the API.
//! So the listing is made from the sources: public items, variants, derives and implementations of traits.
//! After an intended change, `PUBLIC_API=write cargo test -p oss-signer --test public_api` writes the file; say in the changelog what changed.

// Marks the helpers as test code, for the lints that are off in tests.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

const LISTING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/public-api.txt");

#[test]
fn the_public_api_is_the_one_that_was_agreed_on() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    files.sort();
    let mut listing = String::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let items = items(
            text.split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default(),
        );
        if !items.is_empty() {
            let name = file.strip_prefix(&source).expect("a file of the sources");
            listing += &format!("{}\n", name.display().to_string().replace('\\', "/"));
            items
                .iter()
                .for_each(|item| listing += &format!("    {item}\n"));
        }
    }
    #[expect(clippy::disallowed_methods, reason = "the one setting of this test")]
    if std::env::var_os("PUBLIC_API").is_some_and(|value| value == "write") {
        fs::write(LISTING, &listing).expect("written");
    }
    let agreed = fs::read_to_string(LISTING).unwrap_or_default();
    let (agreed, listing): (Vec<_>, Vec<_>) = (agreed.lines().collect(), listing.lines().collect());
    let gone: Vec<_> = agreed
        .iter()
        .filter(|line| !listing.contains(line))
        .collect();
    let new: Vec<_> = listing
        .iter()
        .filter(|line| !agreed.contains(line))
        .collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "gone: {gone:#?}\nnew: {new:#?}"
    );
    assert_eq!(agreed, listing, "an item moved");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Returns one line for each public item of a file.
fn items(source: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut attributes = Vec::new();
    let mut block = None;
    let mut is_in_enum = false;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        if line.starts_with("#[derive(") || line.starts_with("#[non_exhaustive") {
            attributes.push(line.to_owned());
        } else if line.starts_with("impl") && !line.contains(" for ") {
            // Shown if it has a public item.
            block = Some(tidy(line));
        } else if start.starts_with("pub ") || is_implementation(line) {
            let mut item = start.to_owned();
            // A long signature goes on in the next lines.
            while !ends(&item) {
                let Some(next) = lines.next() else { break };
                item = format!("{item} {}", next.trim());
            }
            is_in_enum = item.starts_with("pub enum");
            items.append(&mut attributes);
            items.extend(block.take());
            items.push(tidy(&item));
        } else if line.starts_with('}') {
            (block, is_in_enum) = (None, false);
        } else if is_in_enum && is_variant(start) {
            items.push(format!(
                "  {}",
                start.trim_end_matches(['{', ',']).trim_end()
            ));
        } else if !start.starts_with("//") {
            // The attributes were those of a private item.
            attributes.clear();
        }
    }
    items
}

/// Tells whether a line implements something that is public: all traits but the crate's own `Sink`.
fn is_implementation(line: &str) -> bool {
    line.starts_with("impl") && !line.starts_with("impl Sink for")
}

fn is_variant(start: &str) -> bool {
    !start.is_empty() && !start.starts_with("//") && !start.starts_with('}')
}

fn ends(item: &str) -> bool {
    item.ends_with('{')
        || item.ends_with(';')
        || item.ends_with(']')
        || item.ends_with('}')
        || (item.starts_with("pub ") && item.ends_with(',') && !item.contains('('))
}

/// Drops the body's brace, and the line breaks of a long signature.
fn tidy(item: &str) -> String {
    let item = if item.starts_with("pub use") {
        item
    } else {
        item.trim_end_matches('{')
    };
    item.replace("( ", "(")
        .replace(", )", ")")
        .trim_end()
        .to_owned()
}
