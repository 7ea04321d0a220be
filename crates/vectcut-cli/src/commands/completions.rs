//! `vectcut completions`: what a shell needs to complete the command line.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use crate::args::{CommandLine, CompletionsArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;

/// Prints the script.
///
/// # Errors
///
/// Fails when stdout cannot be written; a reader that went away is no failure.
pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut CommandLine::command(),
        "vectcut",
        &mut script,
    );
    let mut stdout = io::stdout().lock();
    match stdout.write_all(&script).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::stdout(&error)),
        _ => Ok(ExitCode::Success),
    }
}
