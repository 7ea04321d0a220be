//! The command line of `vectcut login`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ServerArgs;

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Read the key from standard input instead of asking for it
    #[arg(long)]
    pub(crate) with_key: bool,
    /// Save the key without asking VectCut whether it is accepted
    #[arg(long)]
    pub(crate) no_check: bool,
    /// Do not open a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Print the line that sets the key in a shell, and save nothing
    #[arg(long)]
    pub(crate) print_export: bool,
    /// Shell for --print-export [default: fish if $SHELL is, else sh; on Windows powershell]
    #[arg(long, requires = "print_export")]
    pub(crate) shell: Option<ShellArg>,
    /// VectCut backend [env: VECTCUT_BASE_URL] [default: https://open.vectcut.com]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = "Servers")]
    base_url: Option<String>,
    /// PEM file of certificate authorities to trust in addition to the system's [env: VECTCUT_CA_CERT]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Servers")]
    ca_cert: Option<PathBuf>,
}

impl LoginArgs {
    /// Returns the flags that name servers; signing in needs no OSS.
    pub(crate) fn servers(&self) -> ServerArgs {
        ServerArgs {
            base_url: self.base_url.clone(),
            ca_cert: self.ca_cert.clone(),
            ..ServerArgs::default()
        }
    }
}

/// A shell whose syntax `--print-export` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellArg {
    Sh,
    Fish,
    Powershell,
    Cmd,
}
