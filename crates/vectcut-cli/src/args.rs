//! The command line: what each flag is called and what its help says. What the values mean is settled elsewhere.

mod sandbox;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use vectcut_upload::{STREAMS_MAX, SignatureChoice};

use crate::logging::LogFormat;
use crate::values;
pub(crate) use sandbox::SandboxArgs;

/// Upload local files to VectCut and print their public URLs
#[derive(Debug, Parser)]
// Named here, because the help should not depend on what the binary's file is called.
#[command(name = "vectcut", bin_name = "vectcut", version, max_term_width = 100)]
#[command(after_long_help = include_str!("args/after_help.txt"))]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) talk: TalkArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files and print their public URLs
    ///
    /// Asks VectCut for temporary credentials, sends each file straight to Aliyun OSS, checks that what is stored there
    /// is what was read, and prints the public URL. Nothing but the result goes to standard output.
    #[command(after_long_help = include_str!("args/upload_after_help.txt"))]
    Upload(UploadArgs),
    /// Run a local VectCut and OSS, for tests and offline work
    ///
    /// Without COMMAND it prints the settings to export once it is ready, and runs until it is interrupted. With COMMAND
    /// it runs that with the settings in its environment, and ends with its exit code.
    #[command(after_long_help = include_str!("args/sandbox_after_help.txt"))]
    Sandbox(SandboxArgs),
    /// Print the completion script of a shell
    #[command(after_long_help = include_str!("args/completions_after_help.txt"))]
    Completions(CompletionsArgs),
}

/// How much is told on stderr.
#[derive(Debug, Args)]
#[command(next_help_heading = "Talk (standard error)")]
pub(crate) struct TalkArgs {
    /// Tell nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log what happens; -vv logs every request, -vvv all there is, and none of them a secret
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// What log lines look like
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    /// The files to upload
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// What standard output looks like
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(crate) format: OutputFormat,
    /// The file name to tell VectCut instead of the file's own; for one FILE
    #[arg(long, value_parser = values::file_name)]
    pub(crate) name: Option<String>,
    /// The media type to store instead of the one that the file name tells
    #[arg(long, value_name = "TYPE", value_parser = values::media_type)]
    pub(crate) content_type: Option<String>,
    /// Upload to a sandbox in this process, fetch the URL back and compare every byte; needs no API key
    #[arg(long)]
    pub(crate) sandbox: bool,
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    /// The signature of requests to OSS; auto is V1 until OSS says that it takes V1 no longer, then V4
    #[arg(
        long,
        value_name = "VERSION",
        default_value = "auto",
        help_heading = "Servers"
    )]
    pub(crate) signature: SignatureArg,
    #[command(flatten)]
    pub(crate) transfer: TransferArgs,
}

/// How the bytes go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Transfer")]
pub(crate) struct TransferArgs {
    /// Stop after this time, with exit code 75, for example 100s or 2m; the same command continues
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub(crate) budget: Option<Duration>,
    /// How many files go at a time
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
    /// How many connections a file takes [default: as many as make it faster, up to 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=STREAMS_MAX as i64))]
    pub(crate) streams: Option<u16>,
    /// How large the parts of a file are, for example 8M [default: as suits the speed of the line]
    #[arg(long, value_name = "SIZE", value_parser = values::part_bytes)]
    pub(crate) part_size: Option<u64>,
    /// Send no more bytes than this in a second, over all connections, for example 2M
    #[arg(long, value_name = "RATE", value_parser = values::bytes)]
    pub(crate) limit_rate: Option<u64>,
    /// Where unfinished uploads are kept, so that the same command continues
    /// [env: VECTCUT_STATE_DIR] [default: the platform's folder for it]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, conflicts_with = "sandbox")]
    pub(crate) state_dir: Option<PathBuf>,
}

/// Where the real servers are.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Servers")]
pub(crate) struct ServerArgs {
    /// The VectCut backend [env: VECTCUT_BASE_URL] [default: https://open.vectcut.com]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with = "sandbox")]
    pub(crate) base_url: Option<String>,
    /// OSS without the bucket [env: VECTCUT_OSS_ENDPOINT] [default: oss-cn-hangzhou.aliyuncs.com]
    #[arg(long, value_name = "HOST", value_hint = ValueHint::Hostname, conflicts_with = "sandbox")]
    pub(crate) oss_endpoint: Option<String>,
    /// The region for V4 signatures [env: VECTCUT_OSS_REGION] [default: read from the endpoint]
    #[arg(long, value_name = "REGION", conflicts_with = "sandbox")]
    pub(crate) oss_region: Option<String>,
    /// A PEM file of certificate authorities to trust besides the system's [env: VECTCUT_CA_CERT]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "sandbox")]
    pub(crate) ca_cert: Option<PathBuf>,
}

/// What stdout looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// An object for one file, an array for several
    Json,
    /// An object a line, as each file ends
    Jsonl,
    /// The URL alone, a line a file; an empty line for a file that failed
    Url,
    /// For reading
    Text,
}

/// Which signature the requests to OSS carry.
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
        // Otherwise the lines would be as long as the terminal of whoever runs the tests is wide.
        let command = CommandLine::command().term_width(100);
        let error = command
            .try_get_matches_from(arguments)
            .expect_err("help is an early exit");
        error.to_string()
    }

    #[test]
    fn the_description_holds_together() {
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
            "--oss-region",
            "--ca-cert",
            "--state-dir",
        ] {
            let line = ["vectcut", "upload", "--sandbox", flag, "x", "clip.mp4"];
            let error = CommandLine::try_parse_from(line).expect_err(flag);
            assert!(
                error.to_string().contains("cannot be used with"),
                "{flag}: {error}"
            );
        }
    }
}
