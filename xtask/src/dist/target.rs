//! A target: its triple, and what each way of packing calls it.

use std::fmt;
use std::process::Command;

use crate::process::{Failure, output};
use crate::workspace;

/// The targets of a release. npm's package names one package for each.
pub(super) const RELEASED: [&str; 7] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// A target that a binary is built for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    triple: String,
    is_host: bool,
}

impl Target {
    /// The computer that this runs on.
    pub(super) fn host() -> Result<Self, Failure> {
        let text = output(
            Command::new("rustc")
                .current_dir(workspace::root())
                .arg("-vV"),
        )?;
        match text.lines().find_map(|line| line.strip_prefix("host: ")) {
            Some(host) => Ok(Self {
                triple: host.to_owned(),
                is_host: true,
            }),
            None => Err(Failure::new("`rustc -vV` names no host")),
        }
    }

    /// A target by its triple.
    pub(super) fn new(triple: &str) -> Self {
        let is_host = Self::host().is_ok_and(|host| host.triple == triple);
        Self {
            triple: triple.to_owned(),
            is_host,
        }
    }

    pub(super) fn triple(&self) -> &str {
        &self.triple
    }

    /// Whether its binary can be tried here. A static binary for the same processor runs too.
    pub(super) fn runs_here(&self) -> bool {
        self.is_host
            || (cfg!(all(target_os = "linux", target_arch = "x86_64"))
                && self.triple == "x86_64-unknown-linux-musl")
    }

    pub(super) fn is_linux(&self) -> bool {
        self.triple.contains("-linux-")
    }

    pub(super) fn is_windows(&self) -> bool {
        self.triple.contains("-windows-")
    }

    /// The name of the binary in every package.
    pub(super) fn binary(&self) -> &'static str {
        if self.is_windows() {
            "vectcut.exe"
        } else {
            "vectcut"
        }
    }

    /// How its archive ends.
    pub(super) fn archive_suffix(&self) -> &'static str {
        if self.is_windows() { "zip" } else { "tar.gz" }
    }

    /// `x64` or `arm64`, as npm names processors.
    pub(super) fn npm_cpu(&self) -> &'static str {
        if self.triple.starts_with("aarch64") {
            "arm64"
        } else {
            "x64"
        }
    }

    /// `linux`, `darwin` or `win32`, as npm and the bundles of desktop agents name systems.
    pub(super) fn npm_os(&self) -> &'static str {
        match () {
            () if self.is_windows() => "win32",
            () if self.triple.contains("-apple-") => "darwin",
            () => "linux",
        }
    }

    /// Whether it is for a Linux with musl; its binary is static and runs everywhere.
    pub(super) fn is_musl(&self) -> bool {
        self.triple.ends_with("-musl")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.triple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_packing_has_its_own_names() {
        let names = |triple: &str| {
            let target = Target::new(triple);
            (
                target.npm_os(),
                target.npm_cpu(),
                target.binary(),
                target.archive_suffix(),
            )
        };
        assert_eq!(
            names("x86_64-unknown-linux-gnu"),
            ("linux", "x64", "vectcut", "tar.gz")
        );
        assert_eq!(
            names("aarch64-unknown-linux-musl"),
            ("linux", "arm64", "vectcut", "tar.gz")
        );
        assert_eq!(
            names("aarch64-apple-darwin"),
            ("darwin", "arm64", "vectcut", "tar.gz")
        );
        assert_eq!(
            names("x86_64-pc-windows-gnu"),
            ("win32", "x64", "vectcut.exe", "zip")
        );
    }
}
