//! Runs named steps one after the other and says how long each took.

use std::time::Instant;

use crate::process::Failure;

/// Runs one step; its name, its outcome and its time are printed when it ends.
pub(crate) fn step(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("── {name}");
    let started = now();
    let outcome = work();
    let seconds = started.elapsed().as_secs_f64();
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("── {name}: {word}, {seconds:.1} s");
    outcome
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for people and decides nothing"
)]
fn now() -> Instant {
    Instant::now()
}
