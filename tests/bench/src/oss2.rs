//! The vendor's Python package `oss2`: it uploads in the comparison, and signs the URL that `curl` puts to.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{self, output};
use crate::server::Server;

const REQUIREMENTS: &str = "tests/bench/peers/requirements.txt";
const SCRIPT: &str = "tests/bench/peers/oss2_upload.py";

/// The installed package.
pub(crate) struct Oss2 {
    python: PathBuf,
    script: PathBuf,
}

impl Oss2 {
    /// Installs the package into a virtual environment under the target folder, unless it is there.
    pub(crate) fn install() -> io::Result<Self> {
        let python = process::python_with("bench-oss2", REQUIREMENTS)?;
        Ok(Self {
            python,
            script: process::root().join(SCRIPT),
        })
    }

    /// Runs the script against `server`.
    pub(crate) fn command(&self, server: &Server) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).envs(server.environment());
        if let Some(ca_cert) = server.setting("VECTCUT_CA_CERT") {
            // The HTTP library of the package reads this variable.
            command.env("REQUESTS_CA_BUNDLE", ca_cert);
        }
        command
    }

    /// Returns a URL that `curl` may put an object to.
    pub(crate) fn presigned(&self, server: &Server) -> io::Result<String> {
        let url = output(self.command(server).args(["sign", "curl"]))?;
        Ok(url.trim().to_owned())
    }
}
