//! OSC 52: a sequence that asks a terminal to put text on its clipboard, also from another computer over ssh.
//!
//! Source: "XTerm Control Sequences" (Operating System Commands, 52), and the manual of tmux for passing it on.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::stderr::Stderr;

/// How long the terminal may take. One that was stopped with Ctrl-S takes nothing.
const TAKEN_WITHIN: Duration = Duration::from_secs(2);
/// Terminals ignore a sequence that is longer than their own limit. This is the smallest that is common.
const SEQUENCE_MAX_BYTES: usize = 74_994;

/// Asks the terminal of this process to copy the text. Returns whether there is one that was asked.
///
/// # Cancellation
///
/// Dropping the future leaves a thread that may still be writing.
pub(super) async fn ask(text: &str, tmux: bool, stderr: &Stderr) -> bool {
    let Some(sequence) = sequence(text, tmux) else {
        return false;
    };
    stderr.drain_within(TAKEN_WITHIN);
    let owned = sequence.clone();
    let writing = spawn_blocking(move || write(owned.as_bytes()));
    let written = timeout(TAKEN_WITHIN, writing).await;
    if matches!(written, Ok(Ok(Ok(())))) {
        return true;
    }
    // The process may have no terminal of its own and write to one that was opened for it.
    let has_terminal = stderr.is_terminal() && written.is_ok();
    if has_terminal {
        stderr.sequence(&sequence);
    }
    has_terminal
}

/// Returns the sequence; `None` if it is too long for a terminal.
fn sequence(text: &str, tmux: bool) -> Option<String> {
    let plain = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text));
    let sequence = match tmux {
        false => plain,
        // tmux takes the first with `set-clipboard on`, and hands the second to its terminal with `allow-passthrough on`.
        // It ignores the other.
        true => format!("{plain}\u{1b}Ptmux;\u{1b}{plain}\u{1b}\\"),
    };
    (sequence.len() <= SEQUENCE_MAX_BYTES).then_some(sequence)
}

#[cfg(unix)]
fn write(sequence: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let mut terminal = std::fs::File::options().write(true).open("/dev/tty")?;
    terminal.write_all(sequence)
}

#[cfg(not(unix))]
fn write(_: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::sequence;

    #[test]
    fn a_terminal_gets_the_text_in_base64() {
        let plain = "\u{1b}]52;c;YQpi\u{7}";
        assert_eq!(sequence("a\nb", false).as_deref(), Some(plain));
        let within_tmux = "\u{1b}]52;c;YQpi\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;YQpi\u{7}\u{1b}\\";
        assert_eq!(sequence("a\nb", true).as_deref(), Some(within_tmux));
    }

    #[test]
    fn what_a_terminal_would_cut_is_not_sent() {
        assert_eq!(sequence(&"a".repeat(60_000), false), None);
    }
}
