//! What runs a binary here: this computer itself, or an emulator.

use std::path::Path;
use std::process::{Command, Stdio};

use super::target::{Emulator, Target};
use crate::process::Failure;
use crate::wine::Wine;

/// Where Debian's package `libc6-arm64-cross` puts the C library that QEMU needs for a binary that is not static.
const ARM_LIBRARIES: &str = "/usr/aarch64-linux-gnu";

/// What runs the binaries of a target.
pub(super) enum Runner {
    /// This computer.
    Own,
    Qemu(&'static str),
    Wine(Wine),
}

impl Runner {
    /// Finds what runs the binaries of a target; `None` if nothing here can.
    ///
    /// # Errors
    ///
    /// Fails when Wine does not start.
    pub(super) fn find(target: &Target) -> Result<Option<Self>, Failure> {
        if target.runs_here() {
            return Ok(Some(Self::Own));
        }
        Ok(match target.emulator() {
            Some(Emulator::Qemu(program)) if is_there(program) => Some(Self::Qemu(program)),
            Some(Emulator::Wine) if is_there("wine") => Some(Self::Wine(Wine::start()?)),
            _ => None,
        })
    }

    /// The command that runs a binary. Its arguments follow.
    pub(super) fn command(&self, binary: &Path) -> Command {
        match self {
            Self::Own => Command::new(binary),
            Self::Qemu(program) => {
                let mut command = Command::new(program);
                command.args(["-L", ARM_LIBRARIES]).arg(binary);
                command
            }
            Self::Wine(wine) => wine.command(binary),
        }
    }
}

/// Whether a program starts.
pub(super) fn is_there(program: &str) -> bool {
    let mut ask = Command::new(program);
    ask.arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}
