//! A target: its triple, and what each way of packing calls it.

use std::fmt;
use std::process::Command;

use crate::process::{Failure, output};
use crate::workspace;

/// What the project knows about a target.
struct Row {
    triple: &'static str,
    /// Whether a release has packages for it. npm's package names one package for each.
    is_released: bool,
    linker: Linker,
    emulator: Option<Emulator>,
}

/// Who links a binary for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linker {
    /// Zig, through cargo-zigbuild: it has the C library of every Linux.
    Zig,
    /// A C compiler for this target, by its name. cargo finds it.
    Gcc(&'static str),
    /// The linker of the vendor, which cargo finds on the vendor's own system only.
    Vendor,
}

/// What runs a binary for a target where the target itself is not at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emulator {
    /// The user mode of QEMU, by the name of its program.
    Qemu(&'static str),
    Wine,
}

/// Every target. The standard library of each comes as `standard_library.rs` says.
const TABLE: [Row; 8] = [
    row("x86_64-unknown-linux-gnu", Linker::Zig, None),
    row("x86_64-unknown-linux-musl", Linker::Zig, None),
    row("aarch64-unknown-linux-gnu", Linker::Zig, QEMU_ARM),
    row("aarch64-unknown-linux-musl", Linker::Zig, QEMU_ARM),
    row("x86_64-apple-darwin", Linker::Vendor, None),
    row("aarch64-apple-darwin", Linker::Vendor, None),
    row("x86_64-pc-windows-msvc", Linker::Vendor, None),
    // A release has the binary that MSVC links. This one is built and tried on Linux, and its packages have the same names.
    Row {
        is_released: false,
        ..row("x86_64-pc-windows-gnu", MINGW, Some(Emulator::Wine))
    },
];

const QEMU_ARM: Option<Emulator> = Some(Emulator::Qemu("qemu-aarch64"));
const MINGW: Linker = Linker::Gcc("x86_64-w64-mingw32-gcc");

const fn row(triple: &'static str, linker: Linker, emulator: Option<Emulator>) -> Row {
    Row {
        triple,
        is_released: true,
        linker,
        emulator,
    }
}

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

    /// The targets that a release has packages for.
    pub(super) fn released() -> impl Iterator<Item = Self> {
        let released = TABLE.iter().filter(|row| row.is_released);
        released.map(|row| Self::new(row.triple))
    }

    /// Whether this computer itself runs its binary. A static binary for the same processor runs too.
    pub(super) fn runs_here(&self) -> bool {
        self.is_host
            || (cfg!(all(target_os = "linux", target_arch = "x86_64"))
                && self.triple == "x86_64-unknown-linux-musl")
    }

    /// Whether it is the computer that this runs on.
    pub(super) fn is_host(&self) -> bool {
        self.is_host
    }

    /// Who links its binary; for a target that is not in the table, the linker that cargo finds.
    pub(super) fn linker(&self) -> Linker {
        self.row().map_or(Linker::Vendor, |row| row.linker)
    }

    /// What can run its binary on another system.
    pub(super) fn emulator(&self) -> Option<Emulator> {
        self.row()?.emulator
    }

    fn row(&self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.triple == self.triple)
    }

    pub(super) fn is_linux(&self) -> bool {
        self.triple.contains("-linux-")
    }

    pub(super) fn is_windows(&self) -> bool {
        self.triple.contains("-windows-")
    }

    pub(super) fn is_macos(&self) -> bool {
        self.triple.ends_with("-apple-darwin")
    }

    pub(super) fn is_msvc(&self) -> bool {
        self.triple.ends_with("-windows-msvc")
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
            () if self.is_macos() => "darwin",
            () => "linux",
        }
    }

    /// The C library as npm names it; none outside Linux.
    pub(super) fn npm_libc(&self) -> Option<&'static str> {
        let libc = if self.is_musl() { "musl" } else { "glibc" };
        self.is_linux().then_some(libc)
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
