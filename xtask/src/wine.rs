//! `cargo xtask test --wine`: the tests of the command as a process, with the command for Windows, which Wine runs.
//!
//! The tests and their sandbox run here; only the command is another. What Wine cannot show is left out, and said why.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::dist;
use crate::process::{Failure, cargo, output, run as run_program};
use crate::steps::step;
use crate::workspace;

const TARGET: &str = "x86_64-pc-windows-gnu";

const RANDOM: &str = "bcryptprimitives.dll";
/// The program that lets Windows trust an authority.
const TRUST: &str = "vectcut-trust.exe";
/// What says whether a certificate was revoked, and where Windows looks up who does.
const REVOCATION: &str = "vectcut-revocation.dll";
const REVOCATION_KEY: &str =
    r"HKLM\Software\Microsoft\Cryptography\OID\EncodingType 1\CertDllVerifyRevocation\DEFAULT";

/// Parts of the names of tests that Wine cannot pass, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("vectors", NOT_THE_COMMAND),
    ("cross_check", NOT_THE_COMMAND),
    ("soak", "it takes long, and Wine starts each command slowly"),
    ("tls_is_seen_with_its_version", NO_EXTRA_AUTHORITY),
    ("an_authority_of_its_own", NO_EXTRA_AUTHORITY),
    ("an_upload_by_ip_with_tls", NO_EXTRA_AUTHORITY),
    (
        "an_untrusted_certificate",
        "Wine calls it one with a wrong signature",
    ),
    (
        "no_swap_ever",
        "Wine follows the links of Linux and tells nobody",
    ),
];
const NOT_THE_COMMAND: &str = "it does not run the command";
const NO_EXTRA_AUTHORITY: &str = "`--ca-cert` needs CertCreateCertificateChainEngine with settings of 88 bytes, and Wine 8 \
     takes 64 or 80";

/// Parts of the names of tests of what only Unix has, or of what it does in another way on purpose.
const OF_UNIX: &[(&str, &str)] = &[
    ("a_fifo", "Windows has no such files"),
    ("a_file_name_that_is_not_utf8", "Windows has no such names"),
    ("a_file_that_hangs", "it needs a device of Unix"),
    (
        "a_file_that_others_can_read",
        "it needs the permissions of Unix",
    ),
    ("a_command_runs_with_the_settings", PROGRAMS),
    ("the_exit_code_of_the_command_is_passed_on", PROGRAMS),
    ("tls_names_its_authority", PROGRAMS),
    ("a_program_of_the_desktop_gets", DESKTOP),
    ("a_program_that_hangs_or_fails", DESKTOP),
    ("the_link_of_vectcut_url_is_copied", DESKTOP),
    ("a_key_is_typed_unseen", TERMINAL),
    ("a_file_of_another_user", "it needs the owners of Unix"),
    ("a_crash_leaves_no_core_dump", "it needs the limits of Unix"),
    ("progress_cannot_be_saved", "it needs the limits of Unix"),
    ("another_descriptor", "Windows has no numbers of open files"),
    ("screen::", TERMINAL),
];
const PROGRAMS: &str = "it runs programs of Unix, and Wine does not wait for them";
const DESKTOP: &str = "it stands for a program of a Unix desktop";
const TERMINAL: &str = "the terminal is one of Unix";

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
    for (name, why) in LEFT_OUT.iter().chain(OF_UNIX) {
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
    /// Fails when Wine does not start, or something that it lacks cannot be compiled.
    pub(crate) fn start() -> Result<Self, Failure> {
        let folder = workspace::target_directory()?.join("wine");
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!("could not make `{}`: {error}", folder.display()))
        })?;
        let wine = Self { folder };
        // One that runs already may end when its last program does, and then it forgets what follows.
        wine.stop();
        wine.compile_ending()?;
        let mut server = Command::new("wineserver");
        server.arg("--persistent").envs(wine.settings());
        // What it has to say when it is stopped helps nobody.
        server.stdout(Stdio::null()).stderr(Stdio::null());
        run_program(&mut server)?;
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
    fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("WINEPREFIX", self.folder.display().to_string()),
            ("WINEDEBUG", "-all".to_owned()),
            ("LD_PRELOAD", self.ending().display().to_string()),
        ]
    }

    /// Writes a script that runs a program with the arguments of the script.
    ///
    /// The tests give each run a `HOME` of its own, and the script makes it the profile of the Windows user. It makes the
    /// authority in `SSL_CERT_FILE` one of Windows.
    /// Wine takes names of files for ASCII where the environment does not say otherwise, and looks for its server in
    /// `TMPDIR`.
    fn script(&self, program: &Path) -> Result<PathBuf, Failure> {
        let wine = output(Command::new("sh").args(["-c", "command -v wine"]))?;
        let wine = wine.trim();
        let settings = self.settings();
        let exports = settings.map(|(name, value)| format!("export {name}='{value}'\n"));
        let text = format!(
            "#!/bin/sh\nunset TMPDIR\n{}export LC_CTYPE=C.UTF-8 USERPROFILE=\"Z:$HOME\"\n\
             export APPDATA=\"Z:$HOME/AppData/Roaming\" LOCALAPPDATA=\"Z:$HOME/AppData/Local\"\n\
             if [ -n \"$SSL_CERT_FILE\" ]; then '{wine}' '{}' \"$SSL_CERT_FILE\"; fi\n\
             exec '{wine}' '{}' \"$@\"\n",
            exports.concat(),
            self.system32().join(TRUST).display(),
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

    /// Makes what this Wine lacks. Each C file says what that is.
    fn complete(&self) -> Result<(), Failure> {
        // A newer Wine has its own.
        if !self.system32().join(RANDOM).exists() {
            self.compile("bcryptprimitives.c", RANDOM, &["-shared", "-ladvapi32"])?;
        }
        self.compile("trust.c", TRUST, &["-lcrypt32"])?;
        self.compile("revocation.c", REVOCATION, &["-shared"])?;
        let mut register = self.command("reg");
        register.args(["add", REVOCATION_KEY, "/v", "Dll", "/t", "REG_MULTI_SZ"]);
        register.args(["/d", REVOCATION, "/f"]);
        output(&mut register).map(drop)
    }

    /// Compiles a C file for Windows.
    fn compile(&self, source: &str, name: &str, flags: &[&str]) -> Result<(), Failure> {
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        compiler
            .arg("-O2")
            .arg("-o")
            .arg(self.system32().join(name));
        run_program(compiler.arg(source_of(source)).args(flags))
    }

    /// Compiles, for this computer, what lets programs in Wine end.
    fn compile_ending(&self) -> Result<(), Failure> {
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O2", "-o"]);
        compiler.arg(self.ending()).arg(source_of("ending.c"));
        run_program(compiler.arg("-pthread"))
    }

    fn ending(&self) -> PathBuf {
        self.folder.join("ending.so")
    }

    fn system32(&self) -> PathBuf {
        self.folder.join("drive_c/windows/system32")
    }

    fn stop(&self) {
        let mut server = Command::new("wineserver");
        server.arg("--kill").env("WINEPREFIX", &self.folder);
        // It may have ended by itself.
        let _ = server.status();
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A C file of what Wine lacks.
fn source_of(name: &str) -> PathBuf {
    workspace::root().join("xtask/packaging/wine").join(name)
}
