//! What it costs to depend on `oss-signer` alone: the number of crates, and the time of a clean release build.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;

use crate::contest::contest;
use crate::process::{self, cargo, output};
use crate::site::Site;
use crate::table::{Table, range, time};

/// Counts the crates of its tree, itself included, and builds it into an empty folder.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let mut table = Table::new("The signer alone", &["figure", "value", "aim"]);
    let tree = output(&mut cargo([
        "tree",
        "--locked",
        "-p",
        "oss-signer",
        "-e",
        "normal",
        "--prefix",
        "none",
    ]))?;
    table.row(vec![
        "crates in `cargo tree -p oss-signer -e normal`".to_owned(),
        crates(&tree).to_string(),
        "≤ 16".to_owned(),
    ]);

    let target = site.path("signer-target-{run}");
    let mut build = Command::new("cargo");
    build
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "-p",
            "oss-signer",
            "--manifest-path",
        ])
        .arg(process::root().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target);
    let [build] = contest(site, site.rounds(5), [&build])?;
    let wall = build.spread(|run| run.wall);
    table.row(vec![
        "clean release build, median (min–max)".to_owned(),
        range(time, wall),
        "< 6 s".to_owned(),
    ]);
    Ok(table)
}

/// Counts the crates of a tree by name and version; cargo marks a repeated one with `(*)`.
fn crates(tree: &str) -> usize {
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    crates.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once() {
        let tree = "a v1.0.0 (/somewhere)\nb v0.1.0\nb v0.1.0 (*)\nb v0.2.0\n\n";
        assert_eq!(crates(tree), 3);
    }
}
