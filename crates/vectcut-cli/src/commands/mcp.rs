//! `vectcut mcp`: uploads as tools of a Model Context Protocol server, over standard input and output.

mod batch;
mod batches;
mod config;
mod links;
mod records;
mod report;
mod roots;
mod server;
mod sites;
mod skill;
mod tools;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt as _;
use tokio::time::sleep;
use vectcut_upload::{Stop, StopReason};

use crate::args::{McpArgs, McpCommand};
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::settings::{Environment, state_dir};
use crate::site::Site;
use crate::stderr::Stderr;
use crate::words::{failures, mcp as say};
use batches::Batches;
use records::Records;
use roots::Roots;
use server::Server;
use sites::Sites;
use waiting::Watched;

/// How long the journals of unfinished uploads may take to reach the disk when the server ends.
const LAST_WRITES: Duration = Duration::from_millis(300);

/// Serves the client until it closes standard input, or a signal arrives.
///
/// # Errors
///
/// Fails on wrong usage, and when the client does not speak the protocol.
pub(crate) async fn run(
    args: &McpArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    if let Some(McpCommand::Config(args)) = &args.command {
        return config::run(args, stderr);
    }
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::internal(failures::signals(), &error))?;
    let state_dir = state_dir(args.transfer.state_dir.as_deref(), environment);
    let private = state_dir
        .clone()
        .into_iter()
        .chain(environment.config_dir());
    let roots = Roots::open(&folders(args)?, args.allow_hidden, private)?;
    let records = Records::in_state_dir(state_dir.as_deref(), clock::system());
    let (max_call, jobs) = (args.max_call, usize::from(args.transfer.jobs));
    let stop = Stop::new();
    let sites = {
        let (servers, transfer) = (args.servers.clone(), args.transfer.clone());
        let (environment, stop) = (environment.clone(), stop.clone());
        Sites::new(move || Site::open(&servers, &transfer, &environment, stop.clone()))?
    };
    let (reader, input) = Watched::new(tokio::io::stdin());
    let server = Server {
        batches: Arc::new(Batches::new(roots, sites, records, jobs, stderr.language())),
        max_call,
        input,
        language: stderr.language(),
    };
    let exit_code = tokio::select! {
        biased;
        _ = interrupt.signal() => ExitCode::Interrupted,
        served = serve(server, reader) => served?,
    };
    stop.request(StopReason::Interrupted);
    sleep(LAST_WRITES).await;
    Ok(exit_code)
}

async fn serve(server: Server, reader: Watched<tokio::io::Stdin>) -> Result<ExitCode, Failure> {
    use rmcp::service::ServerInitializeError::ConnectionClosed;
    match server.serve((reader, tokio::io::stdout())).await {
        Ok(running) => {
            let ended = running.waiting().await;
            ended.map_err(|error| Failure::internal(say::serve(), &error))?;
            Ok(ExitCode::Success)
        }
        // A client may only have looked whether the server starts.
        Err(ConnectionClosed(_)) => Ok(ExitCode::Success),
        Err(error) => Err(Failure::internal(say::serve(), &error)),
    }
}

/// Returns the roots that were named, or the working directory.
fn folders(args: &McpArgs) -> Result<Vec<PathBuf>, Failure> {
    if !args.roots.is_empty() {
        return Ok(args.roots.clone());
    }
    let here = std::env::current_dir().map_err(|error| {
        Failure::new(ExitCode::Usage, "usage", say::root_unusable(".")).because(&error)
    })?;
    // Some clients start their servers there. It would allow every file of the computer.
    match here.parent() {
        Some(_) => Ok(vec![here]),
        None => {
            let failure = Failure::new(ExitCode::Usage, "usage", say::no_root());
            Err(failure.hint(say::name_root()))
        }
    }
}
