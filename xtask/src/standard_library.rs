//! Where the standard library of a target comes from: the toolchain has it, or cargo builds it from its source.
//!
//! The source of a standard library fits one version of the compiler only, so the two are found together.
//! The project's own toolchain comes first. Linux distributions have another compiler with its source, such as
//! `rustc-web` and `rust-web-src` of Debian.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, output};
use crate::workspace;

/// The compiler of the distribution.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// The standard library of a target.
#[derive(Debug)]
pub(crate) enum Standard {
    /// The project's toolchain has it.
    Ready,
    /// Built from source.
    Source {
        /// The compiler that the source belongs to; `None` is that of the project.
        rustc: Option<&'static str>,
        /// The folder of the source. Its path must not show in the binary.
        folder: PathBuf,
    },
}

impl Standard {
    /// Finds the standard library of a target.
    ///
    /// # Errors
    ///
    /// Says what to install if there is none.
    pub(crate) fn find(target: &str) -> Result<Self, Failure> {
        let folder = print("rustc", &["--print", "target-libdir", "--target", target])?;
        if has_library(Path::new(&folder)) {
            return Ok(Self::Ready);
        }
        if let Some(folder) = source("rustc") {
            return Ok(Self::Source {
                rustc: None,
                folder,
            });
        }
        if let Some(folder) = source(SYSTEM_RUSTC) {
            let rustc = Some(SYSTEM_RUSTC);
            return Ok(Self::Source { rustc, folder });
        }
        Err(Failure::new(format!(
            "there is no standard library for `{target}`; run `rustup target add {target}` or \
             `rustup component add rust-src`, or on Debian `apt-get install rustc-web rust-web-src`"
        )))
    }

    /// Tells cargo how to get these crates of it, such as `std,panic_abort`.
    pub(crate) fn prepare(&self, command: &mut Command, crates: &str) {
        let Self::Source { rustc, .. } = self else {
            return;
        };
        // Building it is an unstable feature of cargo, which this variable allows.
        command
            .arg(format!("-Zbuild-std={crates}"))
            .env("RUSTC_BOOTSTRAP", "1");
        if let Some(rustc) = rustc {
            command.env("RUSTC", rustc);
        }
    }
}

/// Whether a folder of a toolchain holds a standard library.
fn has_library(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.any(|name| name.starts_with("libcore-") && name.ends_with(".rlib"))
}

/// The folder with the source that belongs to a compiler, with links resolved.
fn source(rustc: &str) -> Option<PathBuf> {
    let sysroot = print(rustc, &["--print", "sysroot"]).ok()?;
    let folder = Path::new(&sysroot).join("lib/rustlib/src/rust");
    let is_there = folder.join("library/std/Cargo.toml").is_file();
    is_there.then(|| folder.canonicalize().unwrap_or(folder))
}

fn print(rustc: &str, arguments: &[&str]) -> Result<String, Failure> {
    let mut ask = Command::new(rustc);
    let said = output(ask.current_dir(workspace::root()).args(arguments))?;
    Ok(said.trim().to_owned())
}
