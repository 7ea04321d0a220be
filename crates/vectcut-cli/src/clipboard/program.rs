//! The programs that put text on the clipboard of a desktop.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::settings::Session;
use crate::variables::API_KEY;

/// How long a program may take. They need milliseconds, unless the desktop behind them does not respond.
const TAKEN_WITHIN: Duration = Duration::from_secs(2);

/// A program that reads text on its standard input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: &'static str,
    arguments: &'static [&'static str],
    /// What to install when it is missing.
    pub(super) package: &'static str,
}

const PBCOPY: Program = Program {
    name: "pbcopy",
    arguments: &[],
    package: "`pbcopy`",
};
const CLIP: Program = Program {
    name: "clip.exe",
    arguments: &[],
    package: "`clip.exe`",
};
const WL_COPY: Program = Program {
    name: "wl-copy",
    arguments: &[],
    package: "`wl-clipboard`",
};
const XCLIP: Program = Program {
    name: "xclip",
    arguments: &["-selection", "clipboard"],
    package: "`xclip`",
};
const XSEL: Program = Program {
    name: "xsel",
    arguments: &["--clipboard", "--input"],
    package: "`xsel`",
};

/// Whether a program took the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    /// There is no such program.
    Missing,
    /// It failed or took too long.
    Failed,
}

/// Returns the programs of a session, the best one first. Over ssh there is none: the desktop is on another computer.
pub(super) fn of(session: Session) -> Vec<Program> {
    let mut found = Vec::new();
    if session.ssh {
        return found;
    }
    if cfg!(target_vendor = "apple") {
        found.push(PBCOPY);
    }
    if cfg!(windows) || session.wsl {
        found.push(CLIP);
    }
    if session.wayland {
        found.push(WL_COPY);
    }
    if session.x11 {
        found.extend([XCLIP, XSEL]);
    }
    found
}

impl Program {
    /// Hands it the text, and waits for its end.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the program.
    pub(super) async fn take(&self, text: &str) -> Taken {
        let taken = match self.start() {
            Ok(child) => timeout(TAKEN_WITHIN, feed(child, text)).await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Taken::Missing,
            Err(error) => Ok(Err(error)),
        };
        match taken {
            Ok(Ok(true)) => Taken::Yes,
            outcome => {
                tracing::debug!(
                    program = self.name,
                    ?outcome,
                    "the clipboard did not take it"
                );
                Taken::Failed
            }
        }
    }

    fn start(&self) -> io::Result<Child> {
        Command::new(self.name)
            .args(self.arguments)
            .stdin(Stdio::piped())
            // Some stay in the background for as long as the clipboard has the text, with these streams open.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env_remove(API_KEY)
            .kill_on_drop(true)
            .spawn()
    }
}

/// Returns whether the program ended well.
async fn feed(mut child: Child, text: &str) -> io::Result<bool> {
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await?;
    }
    Ok(child.wait().await?.success())
}

#[cfg(all(test, not(target_vendor = "apple"), not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn the_session_tells_which_programs_can_work() {
        let session = |wayland, x11, wsl, ssh| Session {
            wayland,
            x11,
            wsl,
            ssh,
            ..Session::default()
        };
        for (session, expected) in [
            (session(false, false, false, false), &[][..]),
            (session(true, true, false, false), &[WL_COPY, XCLIP, XSEL]),
            (session(false, true, false, false), &[XCLIP, XSEL]),
            (session(true, false, true, false), &[CLIP, WL_COPY]),
            (session(true, true, false, true), &[]),
        ] {
            assert_eq!(of(session), expected, "{session:?}");
        }
    }
}
