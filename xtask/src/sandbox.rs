//! `cargo xtask sandbox`: `vectcut sandbox` from the sources, for whoever has not installed the command.

use crate::process::{Failure, cargo, run as run_program};

/// Starts the sandbox; it runs until it is interrupted.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    run_program(cargo(["run", "--quiet", "-p", "vectcut-cli", "--", "sandbox"]).args(arguments))
}
