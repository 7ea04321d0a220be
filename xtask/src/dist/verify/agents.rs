//! What is for agents, checked by their vendors' tools. None of these needs a network or an account.

use std::path::Path;
use std::process::Command;

use super::{Scene, is_there};
use crate::process::{Failure, output};

impl Scene<'_> {
    /// Checks the plugin and its marketplace as Claude Code reads them.
    pub(super) fn plugin(&self) -> Result<(), Failure> {
        let name = format!("vectcut-plugin-{}.zip", self.release.version);
        if !is_there("claude") {
            return left_out(&format!("{name}, because there is no `claude`"));
        }
        let folder = self.fresh("plugin")?;
        self.unpack(&name, &folder)?;
        let home = self.fresh("plugin-home")?;
        for manifest in ["marketplace.json", "plugin.json"] {
            let mut validate = Command::new("claude");
            validate
                .current_dir(&folder)
                // Neither the settings of this user nor an update.
                .env("HOME", &home)
                .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
                .args(["plugin", "validate", "--strict"])
                .arg(Path::new(".claude-plugin").join(manifest));
            output(&mut validate)?;
        }
        println!("ok: {name}: plugin and marketplace");
        Ok(())
    }

    /// Checks the manifest of a bundle for desktop agents.
    pub(super) fn manifest(&self, bundle: &str, folder: &Path) -> Result<(), Failure> {
        if !is_there("mcpb") {
            return left_out(&format!(
                "the manifest of {bundle}, because there is no `mcpb`"
            ));
        }
        output(
            Command::new("mcpb")
                .arg("validate")
                .arg(folder.join("manifest.json")),
        )?;
        println!("ok: {bundle}: the manifest");
        Ok(())
    }
}

pub(super) fn left_out(what: &str) -> Result<(), Failure> {
    println!("left out: {what}");
    Ok(())
}
