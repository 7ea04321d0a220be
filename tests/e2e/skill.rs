//! The skill for agents: installed where the agents are, and its script a drop-in for the one before it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stage::Stage;
use crate::under_test;

/// The agents, and the folders in the home folder into which they look.
const AGENTS: [(&str, &str); 13] = [
    ("agents", ".agents/skills"),
    ("claude", ".claude/skills"),
    ("cursor", ".cursor/skills"),
    ("antigravity", ".gemini/antigravity/skills"),
    ("copilot", ".copilot/skills"),
    ("openclaw", ".openclaw/skills"),
    ("opencode", ".config/opencode/skills"),
    ("trae", ".trae/skills"),
    ("trae-cn", ".trae-cn/skills"),
    ("qwen", ".qwen/skills"),
    ("qoder", ".qoder/skills"),
    ("codebuddy", ".codebuddy/skills"),
    ("lingma", ".lingma/skills"),
];

fn home(stage: &Stage) -> PathBuf {
    stage.folder().join("home")
}

fn is_installed(base: &Path, skills: &str) -> bool {
    base.join(skills).join("sts-upload/SKILL.md").is_file()
}

#[test]
fn the_skill_is_installed_for_each_agent_that_is_named() {
    for (agent, skills) in AGENTS {
        let stage = Stage::new();
        let outcome = stage.bare(["skill", "install", "--agent", agent]).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(outcome.stdout, "", "{outcome}");
        for (other, skills) in AGENTS {
            assert_eq!(
                is_installed(&home(&stage), skills),
                other == agent,
                "{other} of {agent}"
            );
        }
        let again = stage.bare(["skill", "install", "--agent", agent]).run();
        assert!(again.stderr.contains("is current"), "{again}");
        let outcome = stage.bare(["skill", "uninstall", "--agent", agent]).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(!home(&stage).join(skills).join("sts-upload").exists());
    }
}

#[test]
fn without_a_name_only_agents_that_are_there_get_it() {
    let stage = Stage::new();
    let nobody = stage.bare(["skill", "install"]).run();
    assert_eq!(nobody.code, Some(2), "{nobody}");
    assert!(nobody.stderr.contains("--agent"), "{nobody}");
    for folder in [".claude", ".qwen"] {
        fs::create_dir(home(&stage).join(folder)).expect("a folder");
    }
    let outcome = stage.bare(["skill", "install"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    for (agent, skills) in AGENTS {
        let is_there = ["claude", "qwen"].contains(&agent);
        assert_eq!(is_installed(&home(&stage), skills), is_there, "{agent}");
    }
    let project = stage.bare(["skill", "install", "--project"]).run();
    assert_eq!(project.code, Some(0), "{project}");
    assert!(is_installed(&stage.path(""), ".claude/skills"));
}

#[test]
fn a_changed_skill_is_left_alone() {
    let stage = Stage::new();
    stage.bare(["skill", "install", "--agent", "claude"]).run();
    let path = home(&stage).join(".claude/skills/sts-upload/SKILL.md");
    fs::write(&path, "mine").expect("the file");
    let outcome = stage.bare(["skill", "install", "--agent", "claude"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert!(outcome.stderr.contains("--force"), "{outcome}");
    assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
    let forced = stage
        .bare(["skill", "install", "--agent", "claude", "--force"])
        .run();
    assert_eq!(forced.code, Some(0), "{forced}");
    assert_ne!(fs::read_to_string(&path).expect("there"), "mine");
}

#[test]
fn a_changed_skill_is_removed_by_force_as_the_hint_says() {
    let stage = Stage::new();
    stage.bare(["skill", "install", "--agent", "claude"]).run();
    let path = home(&stage).join(".claude/skills/sts-upload/SKILL.md");
    fs::write(&path, "mine").expect("the file");
    let line = ["skill", "uninstall", "--agent", "claude"];
    for _ in 0..2 {
        let outcome = stage.bare(line).run();
        assert_eq!(outcome.code, Some(4), "{outcome}");
        assert!(outcome.stderr.contains("--force"), "{outcome}");
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
    }
    let forced = stage.bare(line.iter().chain(&["--force"])).run();
    assert_eq!(forced.code, Some(0), "{forced}");
    assert!(!path.exists());
}

#[test]
fn an_agent_is_not_there_because_a_skill_was_once() {
    let stage = Stage::new();
    for agent in ["claude", "antigravity"] {
        stage.bare(["skill", "install", "--agent", agent]).run();
        stage.bare(["skill", "uninstall", "--agent", agent]).run();
        let nobody = stage.bare(["skill", "install"]).run();
        assert_eq!(nobody.code, Some(2), "{nobody}");
    }
}

/// Runs the installed script with the system's Python; `None` where there is none.
fn script(
    stage: &Stage,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Option<std::process::Output> {
    stage.bare(["skill", "install", "--agent", "claude"]).run();
    let script = home(stage).join(".claude/skills/sts-upload/scripts/sts_upload.py");
    let path = std::env::var_os("PATH")?;
    let mut python = std::env::split_paths(&path).map(|folder| folder.join("python3"));
    // Without a Python the script is not run; `cargo xtask ci` needs one.
    let python = python.find(|python| python.is_file())?;
    let mut command = Command::new(python);
    command
        .arg(script)
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied());
    command.env("HOME", home(stage)).current_dir(stage.path(""));
    Some(command.output().expect("Python starts"))
}

#[test]
fn the_script_prints_the_six_keys_of_the_one_before_it() {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    let settings = stage.sandbox().settings().environment();
    let mut variables: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    variables.push(("VECTCUT_BIN", under_test::command()));
    let Some(output) = script(&stage, &["clip.mp4"], &variables) else {
        return;
    };
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    stage.assert_stored(&result);
}

#[test]
fn the_script_says_what_to_install() {
    let stage = Stage::new();
    let Some(output) = script(&stage, &["clip.mp4"], &[]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(127), "{output:?}");
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not on PATH"));
}
