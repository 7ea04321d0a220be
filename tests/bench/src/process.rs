//! Runs other programs, and knows where the repository and cargo's output are.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The top of the repository.
pub(crate) fn root() -> &'static Path {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.ancestors().nth(2).unwrap_or(bench)
}

/// Cargo's target folder, which `CARGO_TARGET_DIR` may have moved.
pub(crate) fn target_directory() -> io::Result<PathBuf> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps"];
    let metadata: Value = serde_json::from_str(&output(&mut cargo(arguments))?)?;
    match metadata["target_directory"].as_str() {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Err(io::Error::other("cargo metadata names no target directory")),
    }
}

/// A cargo command at the top of the repository.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(arguments);
    // What cargo told this program about its own package. `ring` is built anew whenever one of them changes.
    for (name, _) in env::vars_os() {
        let cargos = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if cargos {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a program to its end; one that fails is an error that quotes its command line.
pub(crate) fn run(command: &mut Command) -> io::Result<()> {
    output(command.stdout(Stdio::inherit())).map(drop)
}

/// Runs a program and returns its standard output; its standard error still reaches the terminal.
pub(crate) fn output(command: &mut Command) -> io::Result<String> {
    let ended = command.stderr(Stdio::inherit()).output();
    let output = ended.map_err(|error| {
        io::Error::other(format!("could not start `{}`: {error}", line(command)))
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let ending = output.status;
    Err(io::Error::other(format!(
        "`{}` ended with {ending}",
        line(command)
    )))
}

/// Returns a Python interpreter that has the packages of a requirements file. They are installed into a folder of this name
/// under the target folder, unless they are there.
pub(crate) fn python_with(folder: &str, requirements: &str) -> io::Result<PathBuf> {
    let folder = target_directory()?.join(folder);
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = folder.join(bin).join("python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ];
    run(Command::new(&python)
        .args(install)
        .arg(root().join(requirements)))?;
    Ok(python)
}

fn line(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_program_is_named_with_its_arguments() {
        let error = run(&mut cargo(["--no-such-flag"])).expect_err("cargo refuses it");
        assert!(
            error
                .to_string()
                .starts_with("`cargo --no-such-flag` ended with")
        );
    }
}
