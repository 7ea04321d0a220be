//! `cargo xtask check`: what must hold besides tests.
//!
//! Checks of text and manifests come first, because they take a second; those that compile come last.
//! Every check runs, so one run names everything that is wrong.

mod allowed;
mod arrows;
mod assumptions;
mod banned_crates;
mod clocks;
mod code;
mod dependencies;
mod foreign_types;
mod module_circles;
mod names;
mod names_in_documents;
mod promises;
mod protocol_hash;
mod published;
mod secret_debug;
mod server_text;
mod sizes;
mod snapshots;
mod sources;
mod top_level;
mod vectors;

use serde_json::Value;

use crate::docs;
use crate::process::{Failure, cargo, run as run_program};
use crate::steps::step;
use crate::workspace;
use code::Crate;

pub(crate) use protocol_hash::bless as bless_protocol;

/// What the checks look at, read once.
struct Repository {
    /// Every file, relative to the top.
    files: Vec<String>,
    /// What cargo says about the packages, with the resolved tree.
    metadata: Value,
    /// The crates of `crates/`, parsed.
    crates: Vec<Crate>,
}

impl Repository {
    fn read() -> Result<Self, Failure> {
        let files = workspace::files()?;
        Ok(Self {
            metadata: workspace::metadata()?,
            crates: code::read(&files)?,
            files,
        })
    }
}

/// One check: its name and what it finds, empty when all is well.
type Check = (
    &'static str,
    fn(&Repository) -> Result<Vec<String>, Failure>,
);

const QUICK: [Check; 18] = [
    ("layer arrows", |all| Ok(arrows::findings(&all.metadata))),
    ("module circles", |all| {
        Ok(module_circles::findings(&all.crates))
    }),
    ("foreign types", |all| {
        Ok(foreign_types::findings(&all.crates, &all.metadata))
    }),
    ("server text", |all| Ok(server_text::findings(&all.crates))),
    ("secrets in Debug", |all| {
        Ok(secret_debug::findings(&all.crates))
    }),
    ("clocks", |all| Ok(clocks::findings(&all.crates))),
    ("sizes", |all| Ok(sizes::findings(&all.crates))),
    ("banned crates", |all| {
        banned_crates::findings(&all.metadata)
    }),
    ("dependencies", |all| dependencies::findings(&all.metadata)),
    ("sources", |all| sources::findings(&all.files)),
    ("top level", |all| Ok(top_level::findings(&all.files))),
    ("assumptions", |all| assumptions::findings(&all.files)),
    ("protocol hash", |all| protocol_hash::findings(&all.files)),
    ("vectors", |_| vectors::findings()),
    ("names in documents", |all| {
        names_in_documents::findings(&all.files)
    }),
    ("promises", |all| promises::findings(&all.files)),
    ("published crates", |all| {
        Ok(published::findings(&all.files, &all.metadata))
    }),
    ("snapshots", |_| snapshots::findings()),
];

/// Runs all checks, or only those that compile nothing.
pub(crate) fn run(quick: bool) -> Result<(), Failure> {
    let repository = Repository::read()?;
    let mut failed = Vec::new();
    let mut note = |name: &str, outcome: Result<(), Failure>| {
        if let Err(failure) = outcome {
            eprintln!("{failure}");
            failed.push(name.to_owned());
        }
    };
    for (name, check) in QUICK {
        note(name, step(name, || report(check(&repository)?)));
    }
    note(
        "cargo deny",
        step("cargo deny", banned_crates::run_cargo_deny),
    );
    note("format", step("format", format));
    if !quick {
        note("lints", step("lints", lints));
        note("rustdoc", step("rustdoc", rustdoc));
        note(
            "generated documents",
            step("generated documents", docs::check),
        );
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

fn rustdoc() -> Result<(), Failure> {
    run_program(
        cargo(["doc", "--locked", "--quiet", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
