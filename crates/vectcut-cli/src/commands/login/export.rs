//! The line that sets the API key in a shell.

use vectcut_api::ApiKey;

use crate::args::ShellArg;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::variables::API_KEY;
use crate::words::sign_in;

/// What cmd changes even between quotation marks, or what ends them.
const NOT_FOR_CMD: [char; 3] = ['"', '%', '!'];

/// Returns the line. A key is visible ASCII, so only quotation marks need care.
///
/// # Errors
///
/// Fails with wrong usage when cmd cannot hold the key.
pub(super) fn line(shell: ShellArg, key: &ApiKey) -> Result<String, Failure> {
    let key = key.expose();
    Ok(match shell {
        ShellArg::Sh => format!("export {API_KEY}='{}'", key.replace('\'', r"'\''")),
        ShellArg::Fish => {
            let quoted = key.replace('\\', r"\\").replace('\'', r"\'");
            format!("set -gx {API_KEY} '{quoted}'")
        }
        ShellArg::Powershell => format!("$env:{API_KEY} = '{}'", key.replace('\'', "''")),
        ShellArg::Cmd if key.contains(NOT_FOR_CMD) => {
            let failure = Failure::new(ExitCode::Usage, "usage", sign_in::not_for_cmd());
            return Err(failure.hint(sign_in::use_powershell()));
        }
        ShellArg::Cmd => format!("set \"{API_KEY}={key}\""),
    })
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
