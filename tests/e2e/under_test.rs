//! The command that the tests start.

use std::sync::LazyLock;

/// Names another command than the one that cargo built for the tests, such as a script that starts one for Windows.
const ANOTHER: &str = "VECTCUT_UNDER_TEST";

/// The path of the command.
pub(crate) fn command() -> &'static str {
    static COMMAND: LazyLock<String> = LazyLock::new(|| {
        let built = env!("CARGO_BIN_EXE_vectcut-under-test");
        std::env::var(ANOTHER).unwrap_or_else(|_| built.to_owned())
    });
    &COMMAND
}
