//! The image of a container, built and run without a daemon. Other tools build the same file.
//!
//! Building it fetches the certificates of Debian, so this is left out where nobody has fetched Debian's image before.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::agents::left_out;
use super::{Scene, is_there};
use crate::process::{Failure, output};
use crate::workspace;

const DOCKERFILE: &str = "xtask/packaging/container/Dockerfile";
/// The image that the first stage begins with.
const BASE: &str = "docker.io/library/debian:12-slim";
/// The name of the image and of the container here.
const NAME: &str = "vectcut-verify";
/// Needs no runtime for containers, and no cgroups.
const ISOLATION: [&str; 2] = ["--isolation", "chroot"];

/// Checks the `Dockerfile` for what is known to be bad habit.
pub(super) fn lint() -> Result<(), Failure> {
    if !is_there("hadolint") {
        return left_out("the `Dockerfile`, because there is no `hadolint`");
    }
    let file = workspace::root().join(DOCKERFILE);
    output(Command::new("hadolint").arg(file))?;
    println!("ok: the `Dockerfile`");
    Ok(())
}

impl Scene<'_> {
    /// Builds the image with the static binary, and uploads a file in a container of it.
    pub(super) fn image(&self) -> Result<(), Failure> {
        let target = &self.built.target;
        if !target.is_musl() || !target.runs_here() {
            return Ok(());
        }
        if !is_there("buildah") {
            return left_out("the image, because there is no `buildah`");
        }
        if !has_base() {
            return left_out(&format!(
                "the image, because `{BASE}` is not here; `buildah pull {BASE}` fetches it"
            ));
        }
        remove();
        let mut build = buildah(&["build"]);
        build
            .args(ISOLATION)
            .args(["--pull-never", "--quiet", "--tag", NAME, "--file"])
            .arg(workspace::root().join(DOCKERFILE))
            .arg(self.archived(""));
        output(&mut build)?;
        let tried = self.try_image();
        remove();
        tried
    }

    fn try_image(&self) -> Result<(), Failure> {
        output(&mut buildah(&[
            "from",
            "--pull-never",
            "--name",
            NAME,
            NAME,
        ]))?;
        self.upload(
            "the image",
            run_in_container(&self.media).args(["vectcut", "upload"]),
        )?;
        // The second run finds in the volume what the first one did.
        let mut sandbox = Command::new(self.archived(self.built.target.binary()));
        sandbox
            .args(["sandbox", "--", "sh"])
            .arg(workspace::root().join("xtask/packaging/try/volume.sh"))
            .arg(NAME)
            .arg(self.fresh("state")?)
            .arg(&self.media);
        output(&mut sandbox)?;
        println!("ok: the image: the volume for the state");
        Ok(())
    }

    /// A file of the archive, which was unpacked before.
    fn archived(&self, file: &str) -> PathBuf {
        let name = format!("vectcut-{}-{}", self.release.version, self.built.target);
        self.folder.join("archive").join(name).join(file)
    }
}

/// Whether the image that the first stage begins with is on this computer.
fn has_base() -> bool {
    let mut ask = buildah(&["inspect", "--type", "image", BASE]);
    ask.stdout(Stdio::null()).stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

/// Runs a command in the container. It sees the folder of a file under the same name, and cannot change it.
fn run_in_container(file: &Path) -> Command {
    let mut command = buildah(&["run"]);
    command.args(ISOLATION);
    if let Some(folder) = file.parent().map(Path::display) {
        command.arg(format!("--volume={folder}:{folder}:ro"));
    }
    command.arg(NAME);
    command
}

/// Removes what an earlier run, or this one, has left in the store of images.
fn remove() {
    for arguments in [["rm", NAME], ["rmi", NAME]] {
        let mut remove = buildah(&arguments);
        // It is no failure when there is none.
        let _ = remove.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn buildah(arguments: &[&str]) -> Command {
    let mut command = Command::new("buildah");
    command.args(arguments);
    command
}
