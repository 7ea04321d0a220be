//! `vectcut skill`: shows the skill for agents, installs it and removes it.

use std::path::{Path, PathBuf};

use crate::args::{PlaceArgs, SkillAction, SkillArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;
use crate::settings::Environment;
use crate::skill::{self, AGENTS, Agent, Outcome};
use crate::stderr::Stderr;
use crate::words::{Text, skill as say};

/// Shows, installs or removes the skill.
///
/// # Errors
///
/// Fails when no agent is there, when a folder cannot be written, and when a file is somebody else's.
pub(crate) fn run(
    args: &SkillArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    match &args.action {
        SkillAction::Show => {
            output::print(skill::FILES[0].1)?;
            Ok(ExitCode::Success)
        }
        SkillAction::Install(install) => {
            let folders = folders(&install.place, environment)?;
            each(&folders, stderr, |folder| {
                skill::install(folder, install.force)
            })
        }
        SkillAction::Uninstall(uninstall) => {
            let folders = folders(&uninstall.place, environment)?;
            each(&folders, stderr, |folder| {
                skill::uninstall(folder, uninstall.force)
            })
        }
    }
}

/// Returns the folder of the skill for each agent that is meant.
fn folders(place: &PlaceArgs, environment: &Environment) -> Result<Vec<PathBuf>, Failure> {
    let home = environment.home_dir();
    let base = match place.project {
        true => Some(PathBuf::new()),
        false => home.clone(),
    };
    let base = base.ok_or_else(|| Failure::new(ExitCode::Usage, "usage", say::no_home()))?;
    // An agent that works in this project may have no folder in it yet.
    let is_there =
        |agent: &Agent| agent.is_in(&base) || home.as_deref().is_some_and(|home| agent.is_in(home));
    let is_meant = |agent: &&Agent| match place.agent.is_empty() {
        _ if place.all => true,
        true => is_there(agent),
        false => place.agent.iter().any(|name| name == agent.name),
    };
    let meant: Vec<_> = AGENTS.iter().filter(is_meant).collect();
    if meant.is_empty() {
        let names: Vec<_> = AGENTS.iter().map(|agent| agent.name).collect();
        return Err(Failure::new(ExitCode::Usage, "usage", say::no_agent())
            .hint(say::name_one(names.join(", "))));
    }
    Ok(meant
        .iter()
        .map(|agent| agent.skill_folder(&base))
        .collect())
}

fn each(
    folders: &[PathBuf],
    stderr: &Stderr,
    change: impl Fn(&Path) -> std::io::Result<Outcome>,
) -> Result<ExitCode, Failure> {
    let mut last = None;
    for folder in folders {
        let said: Text = match change(folder) {
            Ok(Outcome::Installed) => say::installed(folder.display()),
            Ok(Outcome::Current) => say::current(folder.display()),
            Ok(Outcome::Removed) => say::removed(folder.display()),
            Ok(Outcome::Absent) => say::absent(folder.display()),
            Ok(Outcome::Foreign(path)) => {
                let what = say::foreign(path.display());
                let failure = Failure::new(ExitCode::LocalFile, "skill", what);
                last = Some(failure.hint(say::force()));
                continue;
            }
            Err(error) => {
                let what = say::not_written(folder.display());
                last = Some(Failure::new(ExitCode::LocalFile, "skill", what).because(&error));
                continue;
            }
        };
        stderr.note(&said);
    }
    last.map_or(Ok(ExitCode::Success), Err)
}
