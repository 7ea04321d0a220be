//! `cargo xtask bench`: builds and runs the package `tests/bench`, which knows what there is to measure.

use crate::process::{Failure, cargo, run as run_program};

/// Passes all arguments on to the benchmark.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    run_program(
        cargo([
            "run", "--locked", "--quiet", "-p", "bench", "--bin", "bench", "--",
        ])
        .args(arguments),
    )
}
