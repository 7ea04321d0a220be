//! Runs named steps one after the other and says how long each took.

use std::time::Instant;

use crate::process::Failure;

/// Runs one step; its name, its outcome and its time are printed when it ends.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("── {name}");
    let (outcome, seconds) = timed(work);
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("── {name}: {word}, {seconds:.1} s");
    outcome
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for people and decides nothing"
)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let outcome = work();
    (outcome, started.elapsed().as_secs_f64())
}
