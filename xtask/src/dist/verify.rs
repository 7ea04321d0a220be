//! `cargo xtask dist --verify`: installs each package as a user would, and uploads a file with it.
//!
//! Every package gets a fresh folder, virtual environment or prefix, and a sandbox of its own. Nothing is fetched,
//! but the certificates in the image of a container.
//! The installers unpack the packages of another target too; an emulator then runs the binary in them.
//! A package whose binary does not run here, or whose installer is not there, is named and left out.

mod agents;
mod container;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::runner::{Runner, is_there};
use super::target::Emulator;
use super::{Built, Release, copy, empty, npm, unusable, wheel};
use crate::process::{Failure, output, run as run_program};
use crate::workspace;

const MEDIA: &str = "tests/media/chime.wav";

/// Tries every package of the targets.
pub(super) fn run(release: &Release, built: &[Built]) -> Result<(), Failure> {
    let folder = workspace::target_directory()?.join("dist-verify");
    empty(&folder)?;
    run_program(sums().current_dir(&release.files).args([
        "--check",
        "--quiet",
        super::pack::SUMS,
    ]))?;
    println!("ok: SHA256SUMS");
    let mut are_agents_served = false;
    for each in built {
        let Some(runner) = Runner::find(&each.target)? else {
            println!("left out: {}", not_run(each));
            continue;
        };
        let scene = Scene {
            release,
            built: each,
            runner,
            folder: folder.join(each.target.triple()),
            media: workspace::root().join(MEDIA),
        };
        scene.archive()?;
        scene.bundle()?;
        scene.wheel()?;
        scene.npm()?;
        // These are the same for all targets.
        if !std::mem::replace(&mut are_agents_served, true) {
            scene.plugin()?;
            container::lint()?;
        }
        scene.image()?;
    }
    Ok(())
}

/// What checks the sums: the tool of GNU, or that of Perl, which macOS has.
fn sums() -> Command {
    if is_there("sha256sum") {
        return Command::new("sha256sum");
    }
    let mut command = Command::new("shasum");
    command.args(["--algorithm", "256"]);
    command
}

/// Why the packages of a target are not tried, and what would help.
fn not_run(built: &Built) -> String {
    let target = &built.target;
    let what = format!("the packages for {target}, whose binary does not run here");
    match target.emulator() {
        Some(Emulator::Qemu(program)) => format!("{what}; `{program}` would run it"),
        Some(Emulator::Wine) => format!("{what}; Wine would run it"),
        None => what,
    }
}

/// The packages of one target.
struct Scene<'a> {
    release: &'a Release,
    built: &'a Built,
    runner: Runner,
    folder: PathBuf,
    media: PathBuf,
}

impl Scene<'_> {
    fn archive(&self) -> Result<(), Failure> {
        let target = &self.built.target;
        let name = format!("vectcut-{}-{target}", self.release.version);
        let folder = self.fresh("archive")?;
        self.unpack(&format!("{name}.{}", target.archive_suffix()), &folder)?;
        let home = folder.join(&name);
        for file in [
            "README.md",
            "THIRD-PARTY-LICENCES.txt",
            "sbom.cdx.json",
            "man/man1/vectcut.1",
            "completions/_vectcut",
        ] {
            let path = home.join(file);
            fs::metadata(&path).map_err(|error| unusable(&path, &error))?;
        }
        self.upload(
            &format!("{name}.{}", target.archive_suffix()),
            &mut self.binary_in(&home),
        )
    }

    fn bundle(&self) -> Result<(), Failure> {
        let name = format!(
            "vectcut-{}-{}.mcpb",
            self.release.version, self.built.target
        );
        let folder = self.fresh("bundle")?;
        self.unpack(&name, &folder)?;
        self.manifest(&name, &folder)?;
        self.upload(&name, &mut self.binary_in(&folder.join("server")))
    }

    fn wheel(&self) -> Result<(), Failure> {
        let name = wheel::file_name(self.release, self.built)?;
        let wheel = self.release.files.join(&name);
        let folder = self.fresh("wheel")?;
        run_program(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let python = bin.join("python");
        let mut module = Command::new(&python);
        module.arg(workspace::root().join("xtask/packaging/try/upload.py"));
        module.arg(&self.media);
        let mut install = Command::new(python);
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-index",
        ]);
        if !self.built.target.is_host() {
            let packages = folder.join("packages");
            let platform = name.trim_end_matches(".whl").rsplit('-').next();
            install
                .args(["--no-deps", "--only-binary=:all:", "--platform"])
                .arg(platform.unwrap_or_default())
                .arg("--target")
                .arg(&packages);
            run_program(install.arg(&wheel))?;
            self.upload(&name, &mut self.binary_in(&packages.join("bin")))?;
            if !self.built.target.runs_here() {
                return Ok(());
            }
            run_program(module.env("PYTHONPATH", &packages))?;
            println!("ok: {name}: the module");
            return Ok(());
        }
        run_program(install.arg(&wheel))?;
        self.upload(&name, &mut self.binary_in(&bin))?;
        run_program(&mut module)?;
        println!("ok: {name}: the module");
        self.uvx(&wheel)
    }

    fn uvx(&self, wheel: &Path) -> Result<(), Failure> {
        if !is_there("uvx") {
            println!("left out: uvx, which is not installed");
            return Ok(());
        }
        let mut uvx = Command::new("uvx");
        uvx.args(["--offline", "--no-config", "--from"])
            .arg(wheel)
            .args(["vectcut", "upload"]);
        self.upload(&format!("uvx with {}", shown(wheel)), &mut uvx)
    }

    fn npm(&self) -> Result<(), Failure> {
        let target = &self.built.target;
        if !is_there("npm") {
            println!("left out: the npm packages for {target}; npm is not installed");
            return Ok(());
        }
        let folder = self.fresh("npm")?;
        super::write(&folder.join("package.json"), "{ \"private\": true }\n")?;
        let name = npm::platform_name(target);
        let package = |name: &str| self.release.files.join(npm::tarball(self.release, name));
        let mut install = Command::new("npm");
        install.current_dir(&folder).args([
            "install",
            "--offline",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        install.arg(package(&name));
        if !target.is_host() {
            // npm takes a package for another computer only so.
            install.arg("--force");
        }
        if !target.runs_here() {
            run_program(&mut install)?;
            let home = folder.join("node_modules").join(&name);
            return self.upload(
                &npm::tarball(self.release, &name),
                &mut self.binary_in(&home),
            );
        }
        run_program(install.arg(package("vectcut")))?;
        let mut npx = Command::new("npx");
        npx.current_dir(&folder)
            .args(["--offline", "--no", "vectcut", "upload"]);
        self.upload("npx vectcut", &mut npx)?;
        let script = folder.join("upload.cjs");
        copy(
            &workspace::root().join("xtask/packaging/try/upload.cjs"),
            &script,
        )?;
        run_program(
            Command::new("node")
                .current_dir(&folder)
                .arg(&script)
                .arg(&self.media),
        )?;
        println!("ok: npm: the module");
        Ok(())
    }

    fn fresh(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        empty(&folder)?;
        Ok(folder)
    }

    fn unpack(&self, package: &str, folder: &Path) -> Result<(), Failure> {
        let package = self.release.files.join(package);
        let script = "import shutil, sys; shutil.unpack_archive(*sys.argv[1:])";
        let format = if package.to_string_lossy().ends_with(".tar.gz") {
            "gztar"
        } else {
            "zip"
        };
        run_program(
            Command::new("python3")
                .args(["-c", script])
                .arg(&package)
                .arg(folder)
                .arg(format),
        )?;
        // Python's zip files lose the permission to execute.
        if format == "zip" {
            make_executable(&folder.join("server"))?;
        }
        Ok(())
    }

    /// The command that uploads with the binary in a folder.
    fn binary_in(&self, folder: &Path) -> Command {
        let mut command = self
            .runner
            .command(&folder.join(self.built.target.binary()));
        command.arg("upload");
        command
    }

    /// Ends the command line with an upload to a sandbox, and reads what it prints.
    fn upload(&self, what: &str, command: &mut Command) -> Result<(), Failure> {
        let text = output(
            command
                .args(["--sandbox", "--format", "json"])
                .arg(&self.media),
        )?;
        let result: Value = serde_json::from_str(&text).unwrap_or_default();
        match (&result["status"], &result["public_signed_url"]) {
            (Value::String(status), Value::String(_)) if status == "uploaded" => {
                println!(
                    "ok: {what}: {} bytes, CRC-64 {}",
                    result["file_size"], result["crc64"]
                );
                Ok(())
            }
            _ => Err(Failure::new(format!("{what} printed no upload: {text}"))),
        }
    }
}

fn make_executable(folder: &Path) -> Result<(), Failure> {
    if cfg!(unix) && folder.exists() {
        return run_program(Command::new("chmod").args(["-R", "u+x"]).arg(folder));
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
