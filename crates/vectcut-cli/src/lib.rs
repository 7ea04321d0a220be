#![doc = include_str!("../README.md")]

mod amounts;
mod args;
mod clock;
mod commands;
mod diagnostics;
mod exit_code;
mod failure;
mod interrupt;
mod logging;
mod output;
mod plain_text;
mod progress;
mod result;
mod settings;
mod talk;
mod values;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode as ProcessExitCode;

use clap::Parser as _;
use tokio::runtime::Runtime;

use args::{Command, CommandLine};
use exit_code::ExitCode;
use failure::Failure;
use settings::Environment;
use talk::Talk;

/// Runs the command `vectcut` with the arguments and the environment of this process, and returns its exit code.
pub fn main() -> ProcessExitCode {
    // A panic has said its words on stderr; what is left is to end as a fault of the program does.
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(ExitCode::Internal.into())
}

fn run() -> ProcessExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            // Help goes to stdout, a complaint to stderr, and perhaps nobody reads either.
            let _ = error.print();
            return match error.use_stderr() {
                true => ExitCode::Usage.into(),
                false => ExitCode::Success.into(),
            };
        }
    };
    let environment = Environment::of_process();
    let talk = Talk::new(line.talk.quiet, environment.no_color());
    logging::start(line.talk.verbose, line.talk.log_format, &talk);
    run_command(&line.command, &environment, &talk).unwrap_or_else(|failure| {
        talk.tell(&failure);
        failure.exit_code.into()
    })
}

fn run_command(
    command: &Command,
    environment: &Environment,
    talk: &Talk,
) -> Result<ProcessExitCode, Failure> {
    match command {
        Command::Upload(args) => {
            wait_for(commands::upload::run(args, environment, talk))?.map(Into::into)
        }
        Command::Sandbox(args) => wait_for(commands::sandbox::run(args, talk))?,
        Command::Completions(args) => commands::completions::run(args).map(Into::into),
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime =
        Runtime::new().map_err(|error| Failure::internal("could not start the runtime", &error))?;
    let output = runtime.block_on(future);
    // A read of a hung network share must not keep an interrupted command from ending.
    runtime.shutdown_background();
    Ok(output)
}
