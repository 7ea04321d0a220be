//! `cargo xtask test --wine`: the tests of the command as a process, with the command for Windows, which Wine runs.
//!
//! The tests and their sandbox run here; only the command is another. What Wine cannot show is left out, and said why.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dist;
use crate::process::{Failure, cargo, output, run as run_program};
use crate::steps::step;
use crate::workspace;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// Tests that Wine cannot pass, and why.
const LEFT_OUT: [(&str, &str); 0] = [];

/// Builds the command for Windows as it ships, and runs the tests with it.
///
/// # Errors
///
/// Fails when something is not installed, the build fails, or a test does.
pub(crate) fn test() -> Result<(), Failure> {
    let binary = step(&format!("build {TARGET}"), || dist::build(TARGET))?;
    let wine = step("start Wine", Wine::start)?;
    let script = wine.script(&binary)?;
    let mut tests = cargo(["test", "--locked", "-p", "e2e", "--"]);
    for (name, why) in LEFT_OUT {
        println!("left out: {name}: {why}");
        tests.args(["--skip", name]);
    }
    step("test", || {
        run_program(tests.env("VECTCUT_UNDER_TEST", script))
    })
}

/// Wine with a Windows of its own. It ends with this value.
pub(crate) struct Wine {
    folder: PathBuf,
}

impl Wine {
    /// Starts Wine in the target folder, so that the user's own Windows stays as it is.
    ///
    /// # Errors
    ///
    /// Fails when Wine does not start, or a DLL that it lacks cannot be made.
    pub(crate) fn start() -> Result<Self, Failure> {
        let folder = workspace::target_directory()?.join("wine");
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!("could not make `{}`: {error}", folder.display()))
        })?;
        let wine = Self { folder };
        // One that runs already may end when its last program does, and then it forgets what follows.
        wine.stop();
        let mut server = Command::new("wineserver");
        run_program(server.arg("--persistent").envs(wine.settings()))?;
        run_program(wine.command("wineboot").arg("--init"))?;
        // The folders of the user come from here, unless the environment names them.
        let mut forget = wine.command("reg");
        forget.args(["delete", r"HKCU\Volatile Environment", "/f"]);
        output(&mut forget)?;
        wine.complete()?;
        Ok(wine)
    }

    /// The command that runs a program. Its arguments follow.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("wine");
        command.arg(program.as_ref());
        command.envs(self.settings());
        command
    }

    /// Wine's own messages are not the program's.
    fn settings(&self) -> [(&'static str, String); 2] {
        [
            ("WINEPREFIX", self.folder.display().to_string()),
            ("WINEDEBUG", "-all".to_owned()),
        ]
    }

    /// Writes a script that runs a program with the arguments of the script.
    ///
    /// The tests give each run a `HOME` of its own, and the script makes it the profile of the Windows user.
    /// Wine takes names of files for ASCII where the environment does not say otherwise, and looks for its server in
    /// `TMPDIR`.
    fn script(&self, program: &Path) -> Result<PathBuf, Failure> {
        let wine = output(Command::new("sh").args(["-c", "command -v wine"]))?;
        let settings = self.settings();
        let exports = settings.map(|(name, value)| format!("export {name}='{value}'\n"));
        let text = format!(
            "#!/bin/sh\nunset TMPDIR\n{}export LC_CTYPE=C.UTF-8 USERPROFILE=\"Z:$HOME\"\n\
             export APPDATA=\"Z:$HOME/AppData/Roaming\" LOCALAPPDATA=\"Z:$HOME/AppData/Local\"\n\
             exec '{}' '{}' \"$@\"\n",
            exports.concat(),
            wine.trim(),
            program.display(),
        );
        // The tests take a command with an `.exe` file beside it for one of Windows.
        let script = program.with_extension("");
        let failed =
            |error| Failure::new(format!("could not write `{}`: {error}", script.display()));
        fs::write(&script, text).map_err(failed)?;
        run_program(Command::new("chmod").arg("+x").arg(&script))?;
        Ok(script)
    }

    /// Makes the DLL that a Wine before version 9 lacks.
    fn complete(&self) -> Result<(), Failure> {
        let library = self
            .folder
            .join("drive_c/windows/system32/bcryptprimitives.dll");
        if library.exists() {
            return Ok(());
        }
        let source = workspace::root().join("xtask/packaging/wine/bcryptprimitives.c");
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        compiler.args(["-shared", "-O2", "-o"]).arg(library);
        run_program(compiler.arg(source).arg("-ladvapi32"))
    }

    fn stop(&self) {
        let mut server = Command::new("wineserver");
        server.arg("--kill").envs(self.settings());
        // It may have ended by itself.
        let _ = server.status();
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.stop();
    }
}
