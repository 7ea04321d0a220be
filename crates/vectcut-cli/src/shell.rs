//! Words of a command line, and settings of variables, that a person can paste into their shell.

use crate::args::ShellArg;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::sign_in;

/// What cmd changes even between quotation marks, or what ends them.
const NOT_FOR_CMD: [char; 3] = ['"', '%', '!'];
/// PowerShell takes each of these for a single quote, and a doubled one for the character itself.
const POWERSHELL_QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// Returns the line that sets a variable for the programs that the shell starts, without the end of the line.
///
/// # Errors
///
/// Fails with wrong usage when cmd cannot hold the value.
pub(crate) fn setting(shell: ShellArg, name: &str, value: &str) -> Result<String, Failure> {
    Ok(match shell {
        ShellArg::Sh => format!("export {name}='{}'", value.replace('\'', r"'\''")),
        ShellArg::Fish => {
            let quoted = value.replace('\\', r"\\").replace('\'', r"\'");
            format!("set -gx {name} '{quoted}'")
        }
        ShellArg::Powershell => {
            let doubled =
                |c: char| std::iter::repeat_n(c, 1 + usize::from(POWERSHELL_QUOTES.contains(&c)));
            let quoted: String = value.chars().flat_map(doubled).collect();
            format!("$env:{name} = '{quoted}'")
        }
        ShellArg::Cmd if value.contains(|c: char| NOT_FOR_CMD.contains(&c) || c.is_control()) => {
            let failure = Failure::new(ExitCode::Usage, "usage", sign_in::not_for_cmd(name));
            return Err(failure.hint(sign_in::use_powershell()));
        }
        ShellArg::Cmd => format!("set \"{name}={value}\""),
    })
}

/// Returns a file's name so that the shell takes it as one word, and no program takes it for an option.
pub(crate) fn quoted(name: &str) -> String {
    let name = match name.starts_with('-') {
        true => format!("./{name}"),
        false => name.to_owned(),
    };
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '/' | '.' | '-' | '_' | ',' | ':' | '@')
    };
    if !name.is_empty() && name.chars().all(is_plain) {
        name
    } else if cfg!(windows) {
        format!("\"{name}\"")
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that would do something else if a quote did not hold.
    #[cfg(unix)]
    const HOSTILE: [&str; 6] = [
        "it's",
        r"a\'b\",
        "$(touch x)`y`$HOME",
        "a;b & c | d > e # f",
        "two\nlines",
        "\u{2019}; \u{2018}\u{201a}\u{201b}",
    ];

    #[test]
    fn each_shell_gets_its_own_syntax() {
        for (shell, value, expected) in [
            (ShellArg::Sh, "a'$b", r"export V='a'\''$b'"),
            (ShellArg::Fish, r"a'\b", r"set -gx V 'a\'\\b'"),
            (ShellArg::Powershell, "a'$b", "$env:V = 'a''$b'"),
            (
                ShellArg::Powershell,
                "\u{2019};x",
                "$env:V = '\u{2019}\u{2019};x'",
            ),
            (ShellArg::Cmd, r"C:\a b&c^d", r#"set "V=C:\a b&c^d""#),
        ] {
            assert_eq!(setting(shell, "V", value).expect("a line"), expected);
        }
        for value in ["a%b", "a\"b", "a!b", "a\nb"] {
            setting(ShellArg::Cmd, "V", value).expect_err("cmd would change it");
        }
    }

    /// Asks a shell what it makes of the line; `None` where the shell is not installed.
    #[cfg(unix)]
    fn read_by(program: &str, shell: ShellArg, value: &str) -> Option<String> {
        let line = setting(shell, "V", value).expect("a line");
        let script = format!("{line}\nprintenv V");
        let run = std::process::Command::new(program)
            .args(["-c", &script])
            .output();
        run.ok()
            .map(|output| String::from_utf8(output.stdout).expect("UTF-8"))
    }

    #[cfg(unix)]
    #[test]
    fn sh_and_fish_read_a_hostile_value_back() {
        for value in HOSTILE {
            let expected = format!("{value}\n");
            assert_eq!(read_by("sh", ShellArg::Sh, value), Some(expected.clone()));
            if let Some(read) = read_by("fish", ShellArg::Fish, value) {
                assert_eq!(read, expected);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_stays_one_word() {
        for (name, word) in [
            ("clips/a.mp4", "clips/a.mp4"),
            ("片段.mp4", "片段.mp4"),
            ("my clip.mp4", "'my clip.mp4'"),
            ("it's.mp4", r"'it'\''s.mp4'"),
            ("$(rm).mp4", "'$(rm).mp4'"),
            ("-i.mp4", "./-i.mp4"),
            ("", "''"),
        ] {
            assert_eq!(quoted(name), word);
        }
    }
}
