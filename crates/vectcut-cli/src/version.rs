//! `vectcut --version --verbose`: what this binary was built from, for a report or an audit.

use std::ffi::OsString;

use clap::error::ErrorKind;

/// The commit, where the build knows it; see `build.rs`.
const COMMIT: &str = env!("VECTCUT_BUILD_COMMIT");
const TARGET: &str = env!("VECTCUT_BUILD_TARGET");
/// The optional features of this crate, separated by commas.
const FEATURES: &str = env!("VECTCUT_BUILD_FEATURES");
/// `strict-http` has one TLS stack with one provider.
const TLS: &str = "rustls with ring";

/// Whether the arguments asked for the version, and for more than its number.
pub(crate) fn is_asked_in_full(early_exit: &clap::Error, arguments: &[OsString]) -> bool {
    let is_verbose = |argument: &OsString| argument == "-v" || argument == "--verbose";
    early_exit.kind() == ErrorKind::DisplayVersion && arguments.iter().any(is_verbose)
}

/// Returns the version and the facts of the build, one a line.
pub(crate) fn in_full() -> String {
    format!(
        "vectcut {}\ncommit: {COMMIT}\ntarget: {TARGET}\nTLS: {TLS}\nfeatures: {FEATURES}\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::CommandLine;

    #[track_caller]
    fn check(line: &[&str], expected: bool) {
        let arguments: Vec<OsString> = line.iter().map(OsString::from).collect();
        let early_exit = CommandLine::command().try_get_matches_from(&arguments);
        let early_exit = early_exit.expect_err("an early exit");
        assert_eq!(
            is_asked_in_full(&early_exit, &arguments),
            expected,
            "{line:?}"
        );
    }

    #[test]
    fn more_than_the_number_is_printed_only_if_it_is_asked_for() {
        check(&["vectcut", "--version"], false);
        check(&["vectcut", "--verbose", "--version"], true);
        check(&["vectcut", "-v", "-V"], true);
        check(&["vectcut", "-v", "--help"], false);
    }

    #[test]
    fn a_build_knows_its_target() {
        let text = in_full();
        assert!(
            text.contains(&format!("\ntarget: {}", std::env::consts::ARCH)),
            "{text}"
        );
        assert!(COMMIT == "unknown" || COMMIT.len() >= 40, "{text}");
    }
}
