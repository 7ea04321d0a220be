//! The command line of `vectcut doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ServerArgs;

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Output format [env: VECTCUT_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<ReportFormat>,
    /// Measure the rate of uploads too; VectCut has no call for that yet that leaves no file behind, so this only says so
    #[arg(long)]
    pub(crate) speed: bool,
    #[command(flatten)]
    pub(crate) servers: ServerArgs,
    /// Folder that saves the progress of unfinished uploads
    /// [env: VECTCUT_STATE_DIR] [default: the platform's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Human-readable text
    Text,
    /// One object
    Json,
}
