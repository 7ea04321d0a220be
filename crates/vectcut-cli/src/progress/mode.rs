//! How progress is shown: the flags, and what standard error is.

use std::fs::File;
use std::io;

use super::json_lines::JsonLines;
use crate::args::ProgressArg;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::stderr::Stderr;
use crate::words::failures;

/// How progress is shown.
pub(crate) enum Mode {
    Bars,
    Lines,
    Json(JsonLines),
    Nothing,
}

impl Mode {
    /// Returns how the flags want progress to be shown here. Only a terminal is ever drawn on.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage if `--progress-fd` is not a descriptor that can be written.
    pub(crate) fn choose(
        progress: ProgressArg,
        fd: Option<u16>,
        stderr: &Stderr,
    ) -> Result<Self, Failure> {
        if let Some(number) = fd {
            let file = descriptor(number).map_err(|error| {
                let what = failures::descriptor_unusable(number);
                Failure::new(ExitCode::Usage, "usage", what).because(&error)
            })?;
            return Ok(Self::Json(JsonLines::to_file(file)));
        }
        let bars = stderr.size().is_some();
        Ok(match progress {
            ProgressArg::Json => Self::Json(JsonLines::to_stderr(stderr)),
            ProgressArg::None => Self::Nothing,
            _ if stderr.is_quiet() => Self::Nothing,
            ProgressArg::Auto if stderr.is_json() => Self::Json(JsonLines::to_stderr(stderr)),
            ProgressArg::Auto | ProgressArg::Bar if bars => Self::Bars,
            _ => Self::Lines,
        })
    }
}

/// Opens a descriptor that this process inherited.
#[cfg(unix)]
fn descriptor(number: u16) -> io::Result<File> {
    let path = format!("/dev/fd/{number}");
    match File::options().append(true).open(path) {
        // Linux opens no socket this way, and some programs talk to their children through one.
        Err(error) if error.kind() != io::ErrorKind::NotFound => inherited(number).ok_or(error),
        opened => opened,
    }
}

#[cfg(target_os = "linux")]
fn inherited(number: u16) -> Option<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let process = pidfd_open(getpid(), PidfdFlags::empty()).ok()?;
    let found = pidfd_getfd(process, number.into(), PidfdGetfdFlags::empty());
    found.ok().map(File::from)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn inherited(_: u16) -> Option<File> {
    None
}

#[cfg(not(unix))]
fn descriptor(_: u16) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
