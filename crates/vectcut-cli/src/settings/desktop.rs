//! What the user's session tells: whether a browser can open here, where a clipboard is, and which shell runs.

use super::Environment;
use crate::args::ShellArg;
use crate::output;

/// The variables of a session with windows.
const WINDOWS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];
/// The variables of a session over ssh: a browser would open on the other computer, or in the terminal.
const SSH: [&str; 2] = ["SSH_CONNECTION", "SSH_TTY"];

/// Terminals that act on no sequence for the clipboard: an editor's, and the console of Linux.
const NO_CLIPBOARD: [&str; 2] = ["dumb", "linux"];

/// Where a clipboard may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The user sits at another computer.
    pub(crate) ssh: bool,
    pub(crate) wayland: bool,
    pub(crate) x11: bool,
    /// The programs of Windows can be run from here.
    pub(crate) wsl: bool,
    /// The kind of terminal may know a sequence for its clipboard.
    pub(crate) terminal: bool,
    pub(crate) tmux: bool,
}

impl Environment {
    /// Returns where a clipboard may be.
    pub(crate) fn session(&self) -> Session {
        let has = |name| self.set(name).is_some();
        let terminal = self.set("TERM");
        Session {
            ssh: SSH.into_iter().any(has),
            wayland: has("WAYLAND_DISPLAY"),
            x11: has("DISPLAY"),
            wsl: has("WSL_INTEROP"),
            terminal: match terminal {
                Some(kind) => NO_CLIPBOARD.iter().all(|known| kind != *known),
                // Windows does not set it.
                None => cfg!(windows),
            },
            tmux: has("TMUX"),
        }
    }

    /// Returns whether a browser can open where the user sees it.
    pub(crate) fn has_browser(&self) -> bool {
        let any = |names: [&str; 2]| names.into_iter().any(|name| self.set(name).is_some());
        // Elsewhere than on macOS and Windows, an opener without windows starts a browser in this very terminal.
        let has_windows = cfg!(any(target_vendor = "apple", windows)) || any(WINDOWS);
        has_windows && !any(SSH)
    }

    /// Returns whether the terminal shows ASCII alone: standard output is one, and the locale is not of UTF-8.
    pub(crate) fn is_ascii_terminal(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| self.set(name));
        let locale = locale
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        let is_utf8 = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
        !is_utf8 && output::is_terminal()
    }

    /// Returns the shell whose syntax is the best guess.
    pub(crate) fn shell(&self) -> ShellArg {
        let shell = self.set("SHELL").unwrap_or_default();
        match shell.to_string_lossy().rsplit('/').next() {
            _ if cfg!(windows) => ShellArg::Powershell,
            Some("fish") => ShellArg::Fish,
            _ => ShellArg::Sh,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[cfg(not(target_vendor = "apple"))]
    #[test]
    fn a_browser_opens_only_where_the_user_sees_it() {
        for (variables, expected) in [
            (&[] as &'static [_], false),
            (&[("DISPLAY", ":0")], true),
            (&[("WAYLAND_DISPLAY", "wayland-0")], true),
            (
                &[("DISPLAY", "localhost:10"), ("SSH_CONNECTION", "a b")],
                false,
            ),
        ] {
            let environment = Environment::of(variables);
            assert_eq!(environment.has_browser(), expected, "{variables:?}");
        }
    }

    #[test]
    fn the_session_tells_where_a_clipboard_may_be() {
        let session = |variables| Environment::of(variables).session();
        let expected = Session {
            ssh: true,
            terminal: true,
            tmux: true,
            ..Session::default()
        };
        let remote = session(&[
            ("SSH_TTY", "/dev/pts/1"),
            ("TERM", "tmux-256color"),
            ("TMUX", "/tmp/tmux"),
        ]);
        assert_eq!(remote, expected);
        for variables in [
            &[] as &'static [_],
            &[("TERM", "dumb")],
            &[("TERM", "linux")],
        ] {
            assert_eq!(session(variables), Session::default(), "{variables:?}");
        }
        let desktop = session(&[("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")]);
        assert!(desktop.x11 && desktop.wayland && !desktop.ssh);
    }

    #[test]
    fn the_shell_is_guessed_from_its_variable() {
        let shell = |variables| Environment::of(variables).shell();
        assert_eq!(shell(&[("SHELL", "/usr/bin/fish")]), ShellArg::Fish);
        assert_eq!(shell(&[("SHELL", "/bin/zsh")]), ShellArg::Sh);
        assert_eq!(shell(&[]), ShellArg::Sh);
    }
}
