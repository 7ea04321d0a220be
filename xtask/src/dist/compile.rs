//! `cargo xtask dist --check`: compiles the command for a target and links nothing, so no tool of the vendor is needed.
//!
//! It shows what only another system compiles, such as macOS and MSVC from Linux. A warning is a failure.

use std::process::Command;

use super::runner::is_there;
use super::target::{Linker, Target};
use crate::process::{Failure, run as run_program};
use crate::standard_library::Standard;
use crate::workspace;

/// Compiles the C code of `ring` in the place of MSVC: nothing is linked, so the objects need not fit.
const WINDOWS_COMPILER: &str = "x86_64-w64-mingw32-gcc";
/// Takes the arguments of MSVC's `lib`. Debian has it in the package `llvm`.
const WINDOWS_ARCHIVER: &str = "llvm-lib";

/// Compiles for a target.
///
/// # Errors
///
/// Fails when the code does not compile, or when the compiler warns of it.
pub(super) fn run(target: &Target) -> Result<(), Failure> {
    let standard = Standard::find(target.triple())?;
    let mut command = command(target);
    standard.prepare(&mut command, "std,panic_abort");
    command
        .current_dir(workspace::root())
        .args(["--locked", "--quiet", "--package", "vectcut-cli"])
        .args(["--target", target.triple()])
        // Denying warnings is an unstable feature of cargo, which this variable allows.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["-Zwarnings", "--config", "build.warnings='deny'"]);
    run_program(&mut command)
}

/// `cargo check` for a target, with a compiler for the C code of `ring`.
fn command(target: &Target) -> Command {
    let zig_knows = target.linker() == Linker::Zig || target.is_macos();
    let mut command = Command::new("cargo");
    if zig_knows && is_there("cargo-zigbuild") {
        command = Command::new("cargo-zigbuild");
    } else if target.is_msvc() && !cfg!(windows) {
        command
            .env("CC_x86_64_pc_windows_msvc", WINDOWS_COMPILER)
            .env("AR_x86_64_pc_windows_msvc", WINDOWS_ARCHIVER);
    }
    command.arg("check");
    command
}
