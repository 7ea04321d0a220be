//! The command under test: the same three lines as `vectcut`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vectcut_cli::main()
}
