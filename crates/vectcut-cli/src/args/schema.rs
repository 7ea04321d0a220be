//! The arguments of `vectcut schema`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The schema to print [default: list their names]
    pub(crate) name: Option<String>,
}
