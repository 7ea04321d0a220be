//! The arguments of `vectcut reference`, which writes what is made of the definitions.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct ReferenceArgs {
    #[command(subcommand)]
    pub(crate) page: Page,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Page {
    /// Print the options of a command as a Markdown table
    Options {
        /// The names of the command and its parents, such as `uploads resume`
        names: Vec<String>,
    },
    /// Print the table of error codes in Markdown
    Errors,
    /// Write the man pages of all commands into a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
}
