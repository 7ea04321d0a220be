//! The command line of `vectcut watch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::{OutputFormat, ProgressArg, ServerArgs, TransferArgs};
use crate::values;

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// The folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// Watch the folders in it too, except hidden ones
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// Only files that match, for example '*.mp4'; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// No files or folders that match; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Upload the files too that were in the folder before it was first watched
    #[arg(long)]
    pub(crate) existing: bool,
    /// A file is complete when it has not changed for this long, for example 30s
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = values::duration)]
    pub(crate) settle: Duration,
    /// Output format; json is the same as jsonl [env: VECTCUT_FORMAT] [default: text on a terminal, otherwise jsonl]
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
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    #[command(flatten)]
    pub(crate) transfer: TransferArgs,
}
