//! The line that sets the API key in a shell.

use vectcut_api::ApiKey;

use crate::args::ShellArg;
use crate::failure::Failure;
use crate::shell::setting;
use crate::variables::API_KEY;

/// Returns the line.
///
/// # Errors
///
/// Fails with wrong usage when cmd cannot hold the key.
pub(super) fn line(shell: ShellArg, key: &ApiKey) -> Result<String, Failure> {
    setting(shell, API_KEY, key.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(shell: ShellArg, key: &str) -> Result<String, Failure> {
        line(shell, &ApiKey::parse(key).expect("a good key"))
    }

    #[test]
    fn each_shell_gets_its_own_syntax() {
        for (shell, key, expected) in [
            (ShellArg::Sh, "sk-a", "export VECTCUT_API_KEY='sk-a'"),
            (ShellArg::Sh, "a'$b", r"export VECTCUT_API_KEY='a'\''$b'"),
            (ShellArg::Fish, r"a'\b", r"set -gx VECTCUT_API_KEY 'a\'\\b'"),
            (
                ShellArg::Powershell,
                "a'$b",
                "$env:VECTCUT_API_KEY = 'a''$b'",
            ),
            (ShellArg::Cmd, "a&b", "set \"VECTCUT_API_KEY=a&b\""),
        ] {
            assert_eq!(line_of(shell, key).expect("a line"), expected);
        }
        for key in ["a%b", "a\"b", "a!b"] {
            line_of(ShellArg::Cmd, key).expect_err("cmd would change it");
        }
    }
}
