//! The skill `sts-upload` for agents: its text, which is in the binary, and the folders into which agents look.

mod installed;

use std::path::{Path, PathBuf};

pub(crate) use installed::{Outcome, install, uninstall};

/// The name of the skill, which is also the name of its folder.
pub(crate) const NAME: &str = "sts-upload";

/// The files of the skill.
pub(crate) const FILES: [(&str, &str); 6] = [
    ("SKILL.md", include_str!("../skill/sts-upload/SKILL.md")),
    (
        "references/batches.md",
        include_str!("../skill/sts-upload/references/batches.md"),
    ),
    (
        "references/errors.md",
        include_str!("../skill/sts-upload/references/errors.md"),
    ),
    (
        "references/links.md",
        include_str!("../skill/sts-upload/references/links.md"),
    ),
    (
        "references/settings.md",
        include_str!("../skill/sts-upload/references/settings.md"),
    ),
    (
        "scripts/sts_upload.py",
        include_str!("../skill/sts-upload/scripts/sts_upload.py"),
    ),
];

/// A program that reads skills.
#[derive(Debug)]
pub(crate) struct Agent {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Its own folder in the home folder or in a project. If it is there, the agent is.
    folder: &'static str,
}

/// The agents that are known.
///
/// `agents` is the folder that several of them share. Claude Code and VectCut's desktop client both read `claude`.
pub(crate) const AGENTS: [Agent; 13] = [
    Agent::new("agents", ".agents"),
    Agent::new("claude", ".claude"),
    Agent::new("cursor", ".cursor"),
    Agent::new("antigravity", ".gemini/antigravity"),
    Agent::new("copilot", ".copilot"),
    Agent::new("openclaw", ".openclaw"),
    Agent::new("opencode", ".config/opencode"),
    Agent::new("trae", ".trae"),
    Agent::new("trae-cn", ".trae-cn"),
    Agent::new("qwen", ".qwen"),
    Agent::new("qoder", ".qoder"),
    Agent::new("codebuddy", ".codebuddy"),
    Agent::new("lingma", ".lingma"),
];

impl Agent {
    const fn new(name: &'static str, folder: &'static str) -> Self {
        Self { name, folder }
    }

    /// Returns whether the agent has a folder in `base`, the home folder or a project.
    pub(crate) fn is_in(&self, base: &Path) -> bool {
        base.join(self.folder).is_dir()
    }

    /// Returns the folder of the skill in `base`.
    pub(crate) fn skill_folder(&self, base: &Path) -> PathBuf {
        base.join(self.folder).join("skills").join(NAME)
    }
}
