//! Apache OpenDAL through its Python package: many connections with parts of a fixed size.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;
use crate::server::Server;

const REQUIREMENTS: &str = "tests/bench/peers/opendal-requirements.txt";
const SCRIPT: &str = "tests/bench/peers/opendal_upload.py";

/// The installed package.
pub(crate) struct OpenDal {
    python: PathBuf,
}

impl OpenDal {
    /// Installs the package into a virtual environment under the target folder, unless it is there.
    pub(crate) fn install() -> io::Result<Self> {
        let python = process::python_with("bench-opendal", REQUIREMENTS)?;
        Ok(Self { python })
    }

    /// Starts and ends without an upload.
    pub(crate) fn start(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(process::root().join(SCRIPT));
        command
    }

    /// Uploads a file with 8 connections and parts of 8 MiB.
    pub(crate) fn upload(&self, server: &Server, file: &Path) -> Command {
        let mut command = self.start();
        command
            .arg("opendal.bin")
            .arg(file)
            .envs(server.environment());
        if let Some(ca_cert) = server.setting("VECTCUT_CA_CERT") {
            // The TLS library of the package reads this variable.
            command.env("SSL_CERT_FILE", ca_cert);
        }
        command
    }
}
