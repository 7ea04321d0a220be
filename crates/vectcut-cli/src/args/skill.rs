//! The arguments of `vectcut skill`.

use clap::{Args, Subcommand};

use crate::skill::AGENTS;

#[derive(Debug, Args)]
pub(crate) struct SkillArgs {
    #[command(subcommand)]
    pub(crate) action: SkillAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SkillAction {
    /// Print the skill
    Show,
    /// Install the skill for the agents that are there
    Install(InstallArgs),
    /// Remove the skill, as far as it was installed by this command
    Uninstall(UninstallArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Replace files that this command did not write, or that were changed since
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Remove files of the skill that were changed since, too
    #[arg(long)]
    pub(crate) force: bool,
}

/// For whom.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The agents [default: those whose folder is there]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = agent_names())]
    pub(crate) agent: Vec<String>,
    /// All agents that are known, also those whose folder is not there
    #[arg(long, conflicts_with = "agent")]
    pub(crate) all: bool,
    /// For the project in the current folder
    #[arg(long, conflicts_with = "user")]
    pub(crate) project: bool,
    /// For this user, in the home folder; the default
    #[arg(long)]
    pub(crate) user: bool,
}

fn agent_names() -> clap::builder::PossibleValuesParser {
    AGENTS.map(|agent| agent.name).into()
}
