//! `cargo xtask dist --verify`: installs each package as a user would, and uploads a file with it.
//!
//! Every package gets a fresh folder, virtual environment or prefix, and a sandbox of its own. Nothing is fetched.
//! A package whose binary does not run here, or whose installer is not there, is named and left out.

mod agents;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Built, Release, copy, empty, npm, unusable};
use crate::process::{Failure, output, run as run_program};
use crate::workspace;

const MEDIA: &str = "tests/media/chime.wav";

/// Tries every package of the targets.
pub(super) fn run(release: &Release, built: &[Built]) -> Result<(), Failure> {
    let folder = workspace::target_directory()?.join("dist-verify");
    empty(&folder)?;
    let scene = Scene {
        release,
        folder,
        media: workspace::root().join(MEDIA),
    };
    run_program(Command::new("sha256sum").current_dir(&release.files).args([
        "--check",
        "--quiet",
        super::pack::SUMS,
    ]))?;
    println!("ok: SHA256SUMS");
    for each in built {
        if !each.target.runs_here() {
            println!(
                "left out: the packages for {}, whose binary does not run here",
                each.target
            );
            continue;
        }
        scene.archive(each)?;
        scene.bundle(each)?;
        scene.wheel(each)?;
        scene.npm(each)?;
    }
    scene.plugin()?;
    scene.container()
}

struct Scene<'a> {
    release: &'a Release,
    folder: PathBuf,
    media: PathBuf,
}

impl Scene<'_> {
    fn archive(&self, built: &Built) -> Result<(), Failure> {
        let target = &built.target;
        let name = format!("vectcut-{}-{target}", self.release.version);
        let folder = self.fresh(&format!("archive-{target}"))?;
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
            Command::new(home.join(target.binary())).arg("upload"),
        )
    }

    fn bundle(&self, built: &Built) -> Result<(), Failure> {
        let name = format!("vectcut-{}-{}.mcpb", self.release.version, built.target);
        let folder = self.fresh(&format!("bundle-{}", built.target))?;
        self.unpack(&name, &folder)?;
        self.manifest(&name, &folder)?;
        self.upload(
            &name,
            Command::new(folder.join("server").join(built.target.binary())).arg("upload"),
        )
    }

    fn wheel(&self, built: &Built) -> Result<(), Failure> {
        let musl = built.target.is_musl();
        let wheel =
            self.package(|name| name.ends_with(".whl") && name.contains("musllinux") == musl)?;
        let folder = self.fresh(&format!("wheel-{}", built.target))?;
        run_program(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let mut install = Command::new(bin.join("python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-index",
        ]);
        if musl {
            // pip of a glibc system takes no musllinux wheel, although this binary would run.
            println!(
                "left out: {}, which pip does not install on this system",
                wheel.display()
            );
            return Ok(());
        }
        run_program(install.arg(&wheel))?;
        self.upload(
            &shown(&wheel),
            Command::new(bin.join("vectcut")).arg("upload"),
        )?;
        let script = workspace::root().join("xtask/packaging/try/upload.py");
        run_program(
            Command::new(bin.join("python"))
                .arg(script)
                .arg(&self.media),
        )?;
        println!("ok: {}: the module", shown(&wheel));
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

    fn npm(&self, built: &Built) -> Result<(), Failure> {
        if built.target.is_musl() || !is_there("npm") {
            println!(
                "left out: npm packages for {}, which npm does not install here",
                built.target
            );
            return Ok(());
        }
        let folder = self.fresh(&format!("npm-{}", built.target))?;
        super::write(&folder.join("package.json"), "{ \"private\": true }\n")?;
        let package = |name: &str| self.release.files.join(npm::tarball(self.release, name));
        let mut install = Command::new("npm");
        install.current_dir(&folder).args([
            "install",
            "--offline",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        run_program(
            install
                .arg(package(&npm::platform_name(&built.target)))
                .arg(package("vectcut")),
        )?;
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

    fn package(&self, is_it: impl Fn(&str) -> bool) -> Result<PathBuf, Failure> {
        let entries = fs::read_dir(&self.release.files)
            .map_err(|error| unusable(&self.release.files, &error))?;
        let mut names = entries.filter_map(Result::ok).map(|entry| entry.path());
        names
            .find(|path| is_it(&shown(path)))
            .ok_or_else(|| Failure::new("a package is missing"))
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

fn is_there(program: &str) -> bool {
    let mut ask = Command::new(program);
    ask.arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}
