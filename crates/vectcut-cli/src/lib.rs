#![doc = include_str!("../README.md")]

mod amounts;
mod args;
mod clipboard;
mod clock;
mod commands;
mod core_dump;
mod diagnostics;
mod exit_code;
mod failure;
mod help;
mod inputs;
mod interrupt;
mod json_events;
mod key_file;
mod logging;
mod media;
mod mistaken_path;
mod output;
mod plain_text;
mod plan;
mod private_file;
mod progress;
mod result;
mod schema;
mod settings;
mod shell;
mod site;
mod skill;
#[cfg(test)]
mod skill_text;
mod stderr;
mod usage;
mod values;
mod variables;
mod version;
mod watchdog;
mod words;
mod wrapping;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode as ProcessExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;

use args::Command;
use exit_code::ExitCode;
use failure::Failure;
use settings::Environment;
use stderr::Stderr;
use words::Language;

/// How long the end of the command waits for a reader of standard error that takes nothing.
const LAST_READ: Duration = Duration::from_secs(2);

/// Runs the command `vectcut` with the arguments and the environment of this process, and returns its exit code.
pub fn main() -> ProcessExitCode {
    // A panic has printed its message already.
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(ExitCode::Internal.into())
}

fn run() -> ProcessExitCode {
    let environment = Environment::of_process();
    let arguments: Vec<_> = std::env::args_os().collect();
    let language = settings::language(&arguments, &environment);
    let json = settings::wants_json(&arguments);
    let line = match help::parse(arguments.clone(), language) {
        Ok(line) => line,
        Err(error) if usage::is_without_command(&error) => {
            return show_help_of(&help::command_of(&arguments), language);
        }
        Err(error) if error.use_stderr() && !usage::is_help(&error) => {
            let stderr = Stderr::new(true, environment.no_color(), json, language);
            stderr.error(&usage::failure(
                &error,
                &arguments,
                &help::command_of(&arguments),
            ));
            stderr.drain(LAST_READ);
            return ExitCode::Usage.into();
        }
        Err(help) => {
            // If nobody reads it, there is nobody to inform either.
            let _ = match version::is_asked_in_full(&help, &arguments) {
                true => output::print(version::in_full()).is_ok(),
                false => help.print().is_ok(),
            };
            return match help.use_stderr() {
                true => ExitCode::Usage.into(),
                false => ExitCode::Success.into(),
            };
        }
    };
    let stderr = Stderr::new(line.logging.quiet, environment.no_color(), json, language);
    logging::start(line.logging.verbose, line.logging.log_format, &stderr);
    let exit_code = run_command(&line.command, &environment, &stderr).unwrap_or_else(|failure| {
        stderr.error(&failure);
        failure.exit_code.into()
    });
    stderr.drain(LAST_READ);
    exit_code
}

/// Shows the help of a command that needs another one after it, such as `vectcut --lang zh` alone.
fn show_help_of(command: &str, language: Language) -> ProcessExitCode {
    let alone = command.split(' ').map(Into::into).collect();
    if let Err(help) = help::parse(alone, language) {
        // If nobody reads it, there is nobody to inform either.
        let _ = help.print();
    }
    ExitCode::Usage.into()
}

fn run_command(
    command: &Command,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ProcessExitCode, Failure> {
    match command {
        Command::Upload(args) => {
            core_dump::forbid();
            wait_for(commands::upload::run(args, environment, stderr))?.map(Into::into)
        }
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => {
            core_dump::forbid();
            wait_for(commands::mcp::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Sandbox(args) => wait_for(commands::sandbox::run(args, environment, stderr))?,
        Command::Login(args) => {
            core_dump::forbid();
            wait_for(commands::login::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Logout => commands::logout::run(environment, stderr).map(Into::into),
        Command::Url(args) => {
            core_dump::forbid();
            wait_for(commands::url::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Watch(args) => {
            core_dump::forbid();
            wait_for(commands::watch::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Uploads(args) => {
            core_dump::forbid();
            wait_for(commands::uploads::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Doctor(args) => {
            core_dump::forbid();
            wait_for(commands::doctor::run(args, environment, stderr))?.map(Into::into)
        }
        Command::Completions(args) => commands::completions::run(args).map(Into::into),
        Command::Explain(args) => commands::explain::run(args, stderr.language()).map(Into::into),
        Command::Skill(args) => commands::skill::run(args, environment, stderr).map(Into::into),
        Command::Schema(args) => commands::schema::run(args, stderr.language()).map(Into::into),
        Command::Reference(args) => commands::reference::run(args).map(Into::into),
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime =
        Runtime::new().map_err(|error| Failure::internal(words::failures::runtime(), &error))?;
    let output = runtime.block_on(future);
    // A read that a hung network share blocks must not keep the command from ending.
    runtime.shutdown_background();
    Ok(output)
}
