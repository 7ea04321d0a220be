//! The arguments of `vectcut mcp`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::{ServerArgs, TransferArgs};
use crate::values;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct McpArgs {
    #[command(subcommand)]
    pub(crate) command: Option<McpCommand>,
    /// Folder whose files may be uploaded; may be repeated [default: the working directory]
    #[arg(long = "root", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) roots: Vec<PathBuf>,
    /// Upload hidden files and files that look like keys or credentials too
    #[arg(long)]
    pub(crate) allow_hidden: bool,
    /// How long a call waits at most; an upload that takes longer goes on, and the call returns its ID
    #[arg(long, value_name = "TIME", default_value = "50s", value_parser = values::duration)]
    pub(crate) max_call: Duration,
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    #[command(flatten)]
    pub(crate) transfer: TransferArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum McpCommand {
    /// Print the entry for a client's configuration, or add it with --write
    ///
    /// The entry holds no API key: the server reads it from its environment or from where `vectcut login` stored it.
    Config(McpConfigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct McpConfigArgs {
    /// The client
    pub(crate) client: McpClient,
    /// Add the entry to the client's configuration; what else is in it stays, and a copy of it is kept beside it
    #[arg(long)]
    pub(crate) write: bool,
    /// The configuration file, for example one in a project [default: the user's]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// Folder whose files may be uploaded; may be repeated [default: the project that the client works in]
    #[arg(long = "root", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) roots: Vec<PathBuf>,
}

/// A client of the Model Context Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum McpClient {
    ClaudeCode,
    ClaudeDesktop,
    Codex,
    Cursor,
    #[value(name = "vscode")]
    VsCode,
    #[value(name = "openclaw")]
    OpenClaw,
    #[value(name = "opencode")]
    OpenCode,
}
