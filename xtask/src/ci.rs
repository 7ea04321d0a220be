//! `cargo xtask ci`: everything that must pass before a change lands, step by step, with the time of each.

use serde_json::Value;

use crate::process::{Failure, output};
use crate::readme::Commands;
use crate::steps::step;
use crate::{check, dist, fuzz, golden, peers, signer_users, test};

/// Runs every step and stops at the first that fails.
pub(crate) fn run() -> Result<(), Failure> {
    step("check", || check::run(false))?;
    step("test", test::run)?;
    step("golden", || golden::run(None))?;
    step("fuzz", fuzz::smoke)?;
    step("peers", peers::run)?;
    step("signer's users", || signer_users::run(None))?;
    step("the README's first command", demonstration)?;
    step("dist", || dist::run(&[], false))
}

/// Runs the README's first command and reads the JSON that it prints.
fn demonstration() -> Result<(), Failure> {
    let text = output(&mut Commands::read()?.demonstration())?;
    println!("{text}");
    let status = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|json| Some(json["status"].as_str()?.to_owned()));
    match status.as_deref() {
        Some("uploaded") => Ok(()),
        _ => Err(Failure::new(
            "its output is not the JSON of a successful upload",
        )),
    }
}
