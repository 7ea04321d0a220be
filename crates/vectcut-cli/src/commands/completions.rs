//! `vectcut completions`: the script with which a shell completes the command line.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use crate::args::{CommandLine, CompletionsArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;

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
    let mut stdout = io::stdout().lock();
    match stdout.write_all(&script).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::stdout(&error)),
        _ => Ok(ExitCode::Success),
    }
}
