//! `vectcut completions`: the script with which a shell completes the command line.

use clap::CommandFactory as _;

use crate::args::{CommandLine, CompletionsArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;

/// Prints the script.
///
/// # Errors
///
/// Fails when standard output cannot be written. A reader that has gone is no failure.
pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut CommandLine::command(),
        "vectcut",
        &mut script,
    );
    output::print(&script)?;
    Ok(ExitCode::Success)
}
