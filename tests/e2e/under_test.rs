//! The command that the tests start: the one that cargo built for them, or another one.
//!
//! `cargo xtask test --wine` names a script that starts the command for Windows, which is the `.exe` file beside it.

use std::path::Path;
use std::sync::LazyLock;

/// Names another command.
const ANOTHER: &str = "VECTCUT_UNDER_TEST";

/// The path of the command.
pub(crate) fn command() -> &'static str {
    static COMMAND: LazyLock<String> = LazyLock::new(|| {
        let built = env!("CARGO_BIN_EXE_vectcut-under-test");
        std::env::var(ANOTHER).unwrap_or_else(|_| built.to_owned())
    });
    &COMMAND
}

/// The path by which the command starts itself: Windows starts no scripts.
pub(crate) fn for_itself() -> &'static str {
    static EXE: LazyLock<String> = LazyLock::new(|| format!("{}.exe", command()));
    match Path::new(&*EXE).is_file() {
        true => &EXE,
        false => command(),
    }
}

/// Whether it is for Windows.
pub(crate) fn is_for_windows() -> bool {
    cfg!(windows) || Path::new(&format!("{}.exe", command())).is_file()
}

/// A path inside a folder as the command names it.
pub(crate) fn path(with_slashes: &str) -> String {
    match is_for_windows() {
        true => with_slashes.replace('/', r"\"),
        false => with_slashes.to_owned(),
    }
}

/// The path by which a test finds what the command named.
pub(crate) fn path_here(named: &str) -> String {
    match is_for_windows() && cfg!(unix) {
        true => named.replace('\\', "/"),
        false => named.to_owned(),
    }
}

/// The signal to send for this one: Windows has Ctrl-C, which Wine makes of SIGINT, and nothing like SIGTERM.
pub(crate) fn signal(name: &str) -> &str {
    match name {
        "TERM" if is_for_windows() => "INT",
        name => name,
    }
}
