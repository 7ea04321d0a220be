//! `cargo xtask docs`: the parts of the documents that are made of the command's own definitions.
//!
//! A block of Markdown between `<!-- vectcut ARGUMENTS -->` and `<!-- end -->` is what the command prints for these
//! arguments. The files of [`WHOLE`] are that as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, cargo, output, run as run_program};
use crate::workspace;

/// Documents with blocks.
const WITH_BLOCKS: [&str; 2] = ["docs/cli.md", "docs/errors.md"];
/// Files that the command prints, and its arguments.
const WHOLE: [(&str, &[&str]); 8] = [
    ("docs/schema/progress.json", &["schema", "progress"]),
    ("docs/schema/upload.json", &["schema", "upload"]),
    ("docs/schema/upload-line.json", &["schema", "upload-line"]),
    ("docs/schema/dry-run.json", &["schema", "dry-run"]),
    ("docs/schema/dry-run-line.json", &["schema", "dry-run-line"]),
    ("docs/schema/doctor.json", &["schema", "doctor"]),
    ("docs/schema/uploads.json", &["schema", "uploads"]),
    ("docs/schema/url.json", &["schema", "url"]),
];

const BEGIN: &str = "<!-- vectcut ";
const END: &str = "<!-- end -->";

/// Writes every part anew.
pub(crate) fn write() -> Result<(), Failure> {
    for (path, text) in expected()? {
        let path = workspace::root().join(path);
        fs::write(&path, text).map_err(|error| cannot("write", &path, &error))?;
    }
    Ok(())
}

/// Names the documents whose parts are not current.
pub(crate) fn check() -> Result<(), Failure> {
    let mut stale = Vec::new();
    for (path, text) in expected()? {
        if fs::read_to_string(workspace::root().join(path)).ok() != Some(text) {
            stale.push(path);
        }
    }
    match stale.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "not current: {}; run `cargo xtask docs`",
            stale.join(", ")
        ))),
    }
}

/// Builds the command without optimisation, and returns the binary.
pub(crate) fn debug_binary() -> Result<PathBuf, Failure> {
    run_program(&mut cargo([
        "build",
        "--locked",
        "--quiet",
        "-p",
        "vectcut-cli",
        "--bin",
        "vectcut",
    ]))?;
    let name = format!("debug/vectcut{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::target_directory()?.join(name))
}

/// Returns what each document should be.
fn expected() -> Result<Vec<(&'static str, String)>, Failure> {
    let binary = debug_binary()?;
    let mut documents = Vec::new();
    for path in WITH_BLOCKS {
        let file = workspace::root().join(path);
        let text = fs::read_to_string(&file).map_err(|error| cannot("read", &file, &error))?;
        let text = filled(&text, |arguments| say(&binary, &arguments));
        let text = text.map_err(|failure| Failure::new(format!("{path}: {failure}")))?;
        documents.push((path, text));
    }
    for (path, arguments) in WHOLE {
        documents.push((path, say(&binary, arguments)?));
    }
    Ok(documents)
}

/// Returns a document with every block filled by what `say` returns for its arguments.
fn filled(
    text: &str,
    say: impl Fn(Vec<&str>) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, block)) = rest.split_once(BEGIN) {
        let Some((arguments, block)) = block.split_once(" -->\n") else {
            return Err(Failure::new("a block has no end of its first line"));
        };
        let Some((_, after)) = block.split_once(END) else {
            return Err(Failure::new(format!("block `{arguments}` has no end")));
        };
        let words = say(arguments.split(' ').collect())?;
        filled += &format!(
            "{before}{BEGIN}{arguments} -->\n{}\n{END}",
            words.trim_end()
        );
        rest = after;
    }
    Ok(filled + rest)
}

fn say(binary: &Path, arguments: &[&str]) -> Result<String, Failure> {
    output(Command::new(binary).args(arguments).args(["--lang", "en"]))
}

fn cannot(action: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not {action} `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_filled_and_the_rest_stays() {
        let text = "a\n<!-- vectcut x y -->\nold\n<!-- end -->\nb\n";
        let new = filled(text, |arguments| Ok(format!("{}\n", arguments.join("+"))));
        assert_eq!(
            new.expect("well formed"),
            "a\n<!-- vectcut x y -->\nx+y\n<!-- end -->\nb\n"
        );
        filled("<!-- vectcut x -->\n", |_| Ok(String::new())).expect_err("no end");
    }
}
