//! The command line: the name and the help of each flag.

mod doctor;
mod explain;
mod login;
#[cfg(feature = "mcp")]
mod mcp;
mod reference;
mod sandbox;
mod schema;
mod servers;
mod skill;
mod uploads;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use vectcut_upload::{STREAMS_MAX, SignatureChoice};

use crate::logging::LogFormat;
use crate::values;
use crate::words::Language;
pub(crate) use doctor::{DoctorArgs, ReportFormat};
pub(crate) use explain::ExplainArgs;
pub(crate) use login::{LoginArgs, ShellArg};
#[cfg(feature = "mcp")]
pub(crate) use mcp::{McpArgs, McpClient, McpCommand, McpConfigArgs};
pub(crate) use reference::{Page, ReferenceArgs};
pub(crate) use sandbox::SandboxArgs;
pub(crate) use schema::SchemaArgs;
pub(crate) use servers::{AddressingArg, ServerArgs};
pub(crate) use skill::{PlaceArgs, SkillAction, SkillArgs};
pub(crate) use uploads::{UploadsAction, UploadsArgs, UrlArgs, UrlFormat};
pub(crate) use watch::WatchArgs;

/// Upload local files to VectCut and print their public URLs
#[derive(Debug, Parser)]
// Named here, so that the help does not depend on the name of the binary file.
#[command(name = "vectcut", bin_name = "vectcut", version, max_term_width = 100)]
#[command(after_long_help = include_str!("args/after_help.txt"))]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) logging: LoggingArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files and print their public URLs
    ///
    /// Gets temporary credentials from VectCut, sends each file directly to Aliyun OSS, verifies the checksum of what OSS
    /// stored, and prints the public URL. Standard output holds only the result.
    #[command(after_long_help = include_str!("args/upload_after_help.txt"))]
    Upload(UploadArgs),
    /// Upload the files that appear in a folder, as soon as each is complete
    ///
    /// Runs until it is interrupted. Prints the result of each file as `upload` does, one per line.
    #[command(after_long_help = include_str!("args/watch_after_help.txt"))]
    Watch(WatchArgs),
    /// Print a URL of an uploaded file that is valid for long enough
    ///
    /// Takes the file, its object key, or a URL of it, which may have expired. Prints the known URL if it still shows the
    /// object and is valid for --min-valid, else a new one.
    Url(UrlArgs),
    /// List unfinished and finished uploads; resume, discard or forget them
    Uploads(UploadsArgs),
    /// Sign in: check the API key and save it for later runs
    ///
    /// Opens the page with the key, asks for the key without showing it, asks VectCut whether it is accepted, and saves it in
    /// a file that only you can read. A refused key is never saved. VECTCUT_API_KEY counts before the file.
    #[command(after_long_help = include_str!("args/login_after_help.txt"))]
    Login(LoginArgs),
    /// Sign out: remove the saved API key
    Logout,
    /// Check the key, the servers, the clock and the folders, and say what to do
    ///
    /// One line for each check, and what to do about what is wrong. Sends the API key to VectCut and nothing else of
    /// yours. Changes nothing. Shows no secret, so the output can be pasted into a bug report.
    Doctor(DoctorArgs),
    /// Run a local VectCut and OSS, for tests and offline work
    ///
    /// Without COMMAND: prints the settings to export when it is ready, and runs until it is interrupted. With COMMAND: runs
    /// it with the settings in its environment, and exits with its exit code.
    #[command(after_long_help = include_str!("args/sandbox_after_help.txt"))]
    Sandbox(SandboxArgs),
    /// Teach AI agents to upload: show, install or remove the skill `sts-upload`
    Skill(SkillArgs),
    /// Say what an error code or an exit code means, and what to do next
    Explain(ExplainArgs),
    /// Print the JSON Schema of what a command prints
    Schema(SchemaArgs),
    /// Run a Model Context Protocol server, for agents
    ///
    /// Offers uploads as tools to the client that starts it, over standard input and output.
    #[cfg(feature = "mcp")]
    #[command(after_long_help = include_str!("args/mcp_after_help.txt"))]
    Mcp(McpArgs),
    /// Print a shell completion script
    #[command(after_long_help = include_str!("args/completions_after_help.txt"))]
    Completions(CompletionsArgs),
    /// Write what documents and packages take from these definitions
    #[command(hide = true)]
    Reference(ReferenceArgs),
}

/// What standard error shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LoggingArgs {
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log steps; -vv logs every request, -vvv everything; secrets are never logged
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Log format
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// Language of messages and help [env: VECTCUT_LANG] [default: the system's, else English]
    // Read before the other arguments, so that their errors have a language too: see `settings::language`.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,
}

/// Which files.
#[derive(Debug, Default, Args)]
pub(crate) struct InputArgs {
    /// The files to upload; - is standard input and needs --name
    #[arg(value_name = "FILE", required_unless_present = "files_from", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Upload the files in a folder and below it, except hidden ones
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// In folders, only files that match, for example '*.mp4'; can be repeated
    #[arg(long, value_name = "GLOB", requires = "recursive")]
    pub(crate) include: Vec<String>,
    /// In folders, no files or folders that match; can be repeated
    #[arg(long, value_name = "GLOB", requires = "recursive")]
    pub(crate) exclude: Vec<String>,
    /// Read paths from a file, one per line or separated by NUL; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,
    /// Print what would be uploaded, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Output format [env: VECTCUT_FORMAT] [default: text on a terminal, otherwise json]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<OutputFormat>,
    /// How to show progress on standard error [default: bar on a terminal, otherwise lines]
    #[arg(
        long,
        value_name = "KIND",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) progress: ProgressArg,
    /// Write progress as JSON lines to this open file descriptor (Unix)
    #[arg(long, value_name = "N", value_parser = values::count::<2, { u16::MAX }>, conflicts_with = "progress")]
    pub(crate) progress_fd: Option<u16>,
    /// File name to report to VectCut, for one FILE only [default: the file's own name]
    #[arg(long, value_parser = values::file_name)]
    pub(crate) name: Option<String>,
    /// Put the URL on the clipboard; of several, one per line
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) copy: bool,
    /// Content type to store [default: guessed from the file name]
    #[arg(long, value_name = "TYPE", value_parser = values::media_type)]
    pub(crate) content_type: Option<String>,
    /// Send the file even if it was uploaded before
    #[arg(long)]
    pub(crate) again: bool,
    /// Upload to a local sandbox, fetch the URL back and compare every byte; needs no API key
    #[arg(long, conflicts_with_all = ["base_url", "oss_endpoint", "oss_addressing", "oss_region", "ca_cert", "state_dir"])]
    pub(crate) sandbox: bool,
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    #[command(flatten)]
    pub(crate) transfer: TransferArgs,
    /// Stop after this time with exit code 75, for example 100s; run the same command again to resume
    #[arg(long, value_name = "TIME", value_parser = values::duration, help_heading = "Transfer")]
    pub(crate) budget: Option<Duration>,
}

/// How the bytes are sent.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Transfer")]
pub(crate) struct TransferArgs {
    /// OSS signature version; auto tries V1, then V4 if OSS rejects V1
    #[arg(
        long,
        value_name = "VERSION",
        default_value = "auto",
        help_heading = "Servers"
    )]
    pub(crate) signature: SignatureArg,
    /// Give up after this time when a server has never responded, for example 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::duration)]
    pub(crate) give_up_after: Duration,
    /// Files uploaded in parallel, 1 to 64
    #[arg(long, value_name = "N", default_value = "8", value_parser = values::count::<1, 64>)]
    pub(crate) jobs: u16,
    /// Connections in total, 1 to 16 [default: chosen automatically]
    #[arg(long, value_name = "N", value_parser = values::count::<1, { STREAMS_MAX as u16 }>)]
    pub(crate) streams: Option<u16>,
    /// Part size, 128k to 5G, for example 8M [default: chosen automatically]
    #[arg(long, value_name = "SIZE", value_parser = values::part_bytes)]
    pub(crate) part_size: Option<u64>,
    /// Maximum bytes per second over all connections, for example 2M
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub(crate) limit_rate: Option<u64>,
    /// Neither use nor keep the record of what was uploaded
    #[arg(long)]
    pub(crate) no_ledger: bool,
    /// Folder that saves the progress of unfinished uploads
    /// [env: VECTCUT_STATE_DIR] [default: the platform's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,
}

impl TransferArgs {
    /// The defaults, for commands that send no file.
    pub(crate) fn defaults(state_dir: Option<PathBuf>) -> Self {
        Self {
            signature: SignatureArg::Auto,
            give_up_after: Duration::from_secs(30),
            jobs: 1,
            streams: None,
            part_size: None,
            limit_rate: None,
            no_ledger: false,
            state_dir,
        }
    }
}

/// The format of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// One object for one file, an array for several
    Json,
    /// One compact object per line, as each file ends
    Jsonl,
    /// One URL per line; an empty line for a file that failed
    Url,
    /// Human-readable text
    Text,
}

/// The values of `--progress`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    /// Bars on a terminal, otherwise lines
    #[default]
    Auto,
    /// Lines at the bottom of the terminal; without a terminal, as `lines`
    Bar,
    /// A line at most every ten seconds
    Lines,
    /// One JSON object a line; all of standard error is JSON then
    Json,
    /// No progress; results and retries are still told
    None,
}

/// The signature version of requests to OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureArg {
    Auto,
    V1,
    V4,
}

impl From<SignatureArg> for SignatureChoice {
    fn from(choice: SignatureArg) -> Self {
        match choice {
            SignatureArg::Auto => Self::Auto,
            SignatureArg::V1 => Self::V1,
            SignatureArg::V4 => Self::V4,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn help(arguments: &[&str]) -> String {
        // A fixed width: the terminal of whoever runs the tests must not matter.
        let command = CommandLine::command().term_width(100);
        let error = command
            .try_get_matches_from(arguments)
            .expect_err("help is an early exit");
        error.to_string()
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn help_of_the_command() {
        insta::assert_snapshot!(help(&["vectcut", "--help"]));
    }

    #[test]
    fn help_of_upload() {
        insta::assert_snapshot!(help(&["vectcut", "upload", "--help"]));
    }

    #[test]
    fn short_help_of_upload() {
        insta::assert_snapshot!(help(&["vectcut", "upload", "-h"]));
    }

    #[test]
    fn help_of_sandbox() {
        insta::assert_snapshot!(help(&["vectcut", "sandbox", "--help"]));
    }

    #[test]
    fn help_of_completions() {
        insta::assert_snapshot!(help(&["vectcut", "completions", "--help"]));
    }

    #[cfg(feature = "mcp")]
    #[test]
    fn help_of_mcp() {
        insta::assert_snapshot!(help(&["vectcut", "mcp", "--help"]));
    }

    #[cfg(feature = "mcp")]
    #[test]
    fn help_of_mcp_config() {
        insta::assert_snapshot!(help(&["vectcut", "mcp", "config", "--help"]));
    }

    #[test]
    fn no_arguments_show_the_help() {
        let error = CommandLine::try_parse_from(["vectcut"]).expect_err("a command is missing");
        assert!(error.to_string().contains("Usage: vectcut"), "{error}");
    }

    #[test]
    fn a_sandbox_takes_no_real_servers() {
        for flag in [
            "--base-url",
            "--oss-endpoint",
            "--oss-addressing",
            "--oss-region",
            "--ca-cert",
            "--state-dir",
        ] {
            let line = ["vectcut", "upload", "--sandbox", flag, "path", "clip.mp4"];
            let error = CommandLine::try_parse_from(line).expect_err(flag);
            assert!(
                error.to_string().contains("cannot be used with"),
                "{flag}: {error}"
            );
        }
    }
}
