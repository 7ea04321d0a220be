//! The command lines of `vectcut uploads` and `vectcut url`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::{ReportFormat, ServerArgs};
use crate::values;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct UploadsArgs {
    #[command(subcommand)]
    pub(crate) action: Option<UploadsAction>,
    /// Output format [env: VECTCUT_FORMAT] [default: text on a terminal, otherwise json]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<ReportFormat>,
    /// Folder that saves the progress of unfinished uploads
    /// [env: VECTCUT_STATE_DIR] [default: the platform's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, global = true)]
    pub(crate) state_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UploadsAction {
    /// Resume an unfinished upload; the same as uploading its file again
    Resume(UnfinishedArgs),
    /// Discard an unfinished upload: the next one of its file begins at the start
    Discard(UnfinishedArgs),
    /// Forget a finished upload: the next one of its file sends it again
    Forget(ForgetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UnfinishedArgs {
    /// The ID that `vectcut uploads` shows, or the file
    #[arg(value_name = "ID|FILE")]
    pub(crate) upload: String,
}

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The file, its object key, or a URL of it
    #[arg(value_name = "FILE|KEY|URL")]
    pub(crate) object: String,
}

/// The format of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UrlFormat {
    /// The URL alone
    Url,
    /// One object
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct UrlArgs {
    /// The file that was uploaded, its object key, or a URL of it, which may have expired
    #[arg(value_name = "FILE|KEY|URL")]
    pub(crate) object: String,
    /// How long the URL must be valid at least, for example 2h
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = values::duration)]
    pub(crate) min_valid: Duration,
    /// Output format [env: VECTCUT_FORMAT] [default: url]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<UrlFormat>,
    /// Put the URL on the clipboard
    #[arg(long)]
    pub(crate) copy: bool,
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    /// Folder that saves the progress of unfinished uploads
    /// [env: VECTCUT_STATE_DIR] [default: the platform's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,
}
