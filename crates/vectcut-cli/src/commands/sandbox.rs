//! `vectcut sandbox`: a sandbox that runs until it is interrupted, or while a command runs.

mod isolated;

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;

use tokio::process::{Child, Command};
use vectcut_sandbox::{Sandbox, Settings};

use crate::args::{SandboxArgs, ShellArg};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::{Interrupt, Signal};
use crate::output;
use crate::settings::{Environment, names_of_process};
use crate::shell::setting;
use crate::stderr::Stderr;
use crate::variables;
use crate::words::{failures, hints, notes};

/// The shell that reads the settings when no other is named.
const SHELL: ShellArg = match cfg!(windows) {
    true => ShellArg::Powershell,
    false => ShellArg::Sh,
};
/// The folder in that of the sandbox where the commands that use it keep their state.
const COMMANDS_STATE: &str = "vectcut";
/// The shells' exit code for a command that cannot be run.
const NOT_RUN: u8 = 126;
/// The shells' exit code for a command that does not exist.
const NOT_FOUND: u8 = 127;
/// The shells add this to the number of the signal that ended a command.
#[cfg(unix)]
const SIGNALLED: u8 = 128;

/// Starts the sandbox and runs the command, or waits for a signal.
///
/// # Errors
///
/// Fails when the sandbox cannot start, and when standard output cannot be written.
pub(crate) async fn run(
    args: &SandboxArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<std::process::ExitCode, Failure> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::internal(failures::signals(), &error))?;
    let sandbox = start(args).await?;
    let settings = settings_of(&sandbox, args.by_ip);
    let mut variables = settings.environment();
    // What is uploaded to a sandbox is no memory of the person's.
    if !environment.has_state_dir() {
        let state_dir = sandbox.state_dir().join(COMMANDS_STATE);
        variables.push((variables::STATE_DIR, state_dir.display().to_string()));
    }
    let code = match args.command.split_first() {
        Some((program, arguments)) => {
            run_command(program, arguments, variables, &mut interrupt, stderr).await
        }
        None => {
            let shell = args.shell.unwrap_or(SHELL);
            output::print(lines(shell, &variables)?)?;
            stderr.note(&notes::sandbox_ready(&settings.base_url));
            stderr.note(&notes::sandbox_status(&settings.status_url));
            interrupt.signal().await;
            // A signal is the usual end of it.
            ExitCode::Success.into()
        }
    };
    for tally in sandbox.fault_tallies() {
        match tally.strikes {
            _ if tally.is_served() => {}
            0 => stderr.note(&notes::fault_never_struck(tally.fault)),
            strikes => stderr.note(&notes::fault_struck_less(tally.fault, strikes)),
        }
    }
    sandbox.shutdown().await;
    Ok(code)
}

async fn start(args: &SandboxArgs) -> Result<Sandbox, Failure> {
    let policy = &args.policy;
    let mut builder = Sandbox::builder()
        .tls(args.tls)
        .policy(policy.policy())
        .credentials_lifetime(policy.credentials_lifetime)
        .clock_offset(policy.clock_offset);
    if let Some(port) = args.port {
        builder = builder.port(port);
    }
    if let Some(state_dir) = &args.state_dir {
        builder = builder.state_dir(state_dir);
    }
    if let Some(link) = args.link {
        builder = builder.link(link);
    }
    for fault in &args.fault {
        builder = builder.fault(fault.clone());
    }
    builder.start().await.map_err(|error| {
        let failure = Failure::internal(failures::sandbox_start(), &error);
        match error.kind() {
            io::ErrorKind::AddrInUse => failure.hint(hints::other_port()),
            _ => failure,
        }
    })
}

fn settings_of(sandbox: &Sandbox, by_ip: bool) -> Settings {
    let settings = sandbox.settings().clone();
    match by_ip {
        true => settings.by_ip(),
        false => settings,
    }
}

/// Returns one line for each setting, in the syntax of the shell.
fn lines(shell: ShellArg, variables: &[(&'static str, String)]) -> Result<String, Failure> {
    let mut lines = String::new();
    for (name, value) in variables {
        lines += &setting(shell, name, value)?;
        lines.push('\n');
    }
    Ok(lines)
}

async fn run_command(
    program: &OsString,
    arguments: &[OsString],
    variables: Vec<(&'static str, String)>,
    interrupt: &mut Interrupt,
    stderr: &Stderr,
) -> std::process::ExitCode {
    let mut command = Command::new(program);
    command.args(arguments);
    // A setting that the sandbox does not set must not lead the command to a real server.
    for name in variables::SERVERS {
        command.env_remove(name);
    }
    isolated::isolate(&mut command, names_of_process(), variables);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let (exit_code, what) = match error.kind() {
                io::ErrorKind::NotFound => {
                    (NOT_FOUND, failures::command_not_found(program.display()))
                }
                _ => (NOT_RUN, failures::command_not_run(program.display())),
            };
            stderr.error(&Failure::new(ExitCode::Usage, "command", what).because(&error));
            return exit_code.into();
        }
    };
    match wait(child, interrupt).await {
        Ok(status) => exit_code_of(status),
        Err(error) => {
            stderr.error(&Failure::internal(failures::command_wait(), &error));
            ExitCode::Internal.into()
        }
    }
}

/// Waits for the command. Signals are passed on, not obeyed.
async fn wait(mut child: Child, interrupt: &mut Interrupt) -> io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = interrupt.signal() => match signal {
                // The terminal has sent it to the command too, and the command decides what to do.
                Signal::Interrupt => {}
                // Only this process got this one.
                Signal::Terminate => terminate(&mut child)?,
            },
        }
    }
}

/// Asks the command to end, as this process was asked.
#[cfg(unix)]
fn terminate(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};

    let pid = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    match pid {
        Some(pid) => Ok(kill_process(pid, Signal::TERM)?),
        // The command has ended already.
        None => Ok(()),
    }
}

/// Kills the command: this system has no gentler way.
#[cfg(not(unix))]
fn terminate(child: &mut Child) -> io::Result<()> {
    child.start_kill()
}

/// Returns the command's own exit code, or the one that a shell reports for the signal that ended it.
fn exit_code_of(status: ExitStatus) -> std::process::ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let number = u8::try_from(signal).unwrap_or_default();
        return SIGNALLED.saturating_add(number).into();
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::Internal.into(), Into::into)
}
