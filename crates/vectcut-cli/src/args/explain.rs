//! The arguments of `vectcut explain`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// `error.code` of a result, such as `oss_unreachable`, or an exit code, such as 75 [default: all of them]
    pub(crate) code: Option<String>,
}
