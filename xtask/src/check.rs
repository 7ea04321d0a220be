//! `cargo xtask check`: what must hold besides tests.
//!
//! Checks of text and manifests come first, because they take a second; those that compile come last.
//! Every check runs, so that one run names everything that is wrong.

mod arrows;
mod dependencies;
mod forbidden_crates;
mod protocol_hash;
mod snapshots;
mod sources;
mod top_level;

use crate::process::{Failure, cargo, run as run_program};
use crate::steps::step;
use crate::workspace;

pub(crate) use protocol_hash::bless as bless_protocol;

/// One check: its name and what it finds, empty when all is well.
type Check = (&'static str, fn() -> Result<Vec<String>, Failure>);

const QUICK: [Check; 7] = [
    ("layer arrows", || {
        Ok(arrows::findings(&workspace::metadata()?))
    }),
    ("forbidden crates", || {
        Ok(forbidden_crates::findings(&workspace::metadata()?))
    }),
    ("dependencies", dependencies::findings),
    ("sources", sources::findings),
    ("top level", || {
        Ok(top_level::findings(&workspace::files()?))
    }),
    ("protocol hash", protocol_hash::findings),
    ("snapshots", snapshots::findings),
];

/// Runs all checks, or only those that compile nothing.
pub(crate) fn run(quick: bool) -> Result<(), Failure> {
    let mut failed = Vec::new();
    let mut note = |name: &str, outcome: Result<(), Failure>| {
        if let Err(failure) = outcome {
            eprintln!("{failure}");
            failed.push(name.to_owned());
        }
    };
    for (name, check) in QUICK {
        note(name, step(name, || report(check()?)));
    }
    note("format", step("format", format));
    if !quick {
        note("lints", step("lints", lints));
        note("docs", step("docs", docs));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("check failed: {}", failed.join(", "))))
}

fn report(findings: Vec<String>) -> Result<(), Failure> {
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure::new(findings.join("\n")))
}

fn format() -> Result<(), Failure> {
    run_program(&mut cargo(["fmt", "--all", "--check"]))
}

fn lints() -> Result<(), Failure> {
    run_program(&mut cargo([
        "clippy",
        "--locked",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn docs() -> Result<(), Failure> {
    run_program(
        cargo(["doc", "--locked", "--quiet", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
