//! A question whose answer is not shown while it is typed.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use console::Term;

use super::Stderr;
use crate::words::Text;

/// How long the terminal may take to show the question.
const SHOWN_WITHIN: Duration = Duration::from_millis(500);

impl Stderr {
    /// Returns whether a person can be asked: reads the question and types the answer on a terminal.
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks, even when only errors are shown, and waits for a line that is not shown while it is typed.
    ///
    /// # Errors
    ///
    /// Fails when the terminal cannot be read.
    ///
    /// # Cancellation
    ///
    /// Dropping the future makes typing visible again. The thread that reads ends with the process.
    pub(crate) async fn ask_unseen(&self, question: &Text) -> io::Result<String> {
        self.print(&format!("{} ", question.to(self.language)));
        self.drain_within(SHOWN_WITHIN);
        let _echo = Echo::remember();
        // It ends the line on the terminal, which the answer did not.
        let reading = tokio::task::spawn_blocking(|| Term::stderr().read_secure_line());
        reading.await.map_err(io::Error::other).flatten()
    }
}

/// The mode of the terminal before the question. Dropping it brings that mode back, also after Ctrl-C.
struct Echo {
    #[cfg(unix)]
    mode: Option<rustix::termios::Termios>,
}

impl Echo {
    fn remember() -> Self {
        Self {
            #[cfg(unix)]
            mode: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(mode) = &self.mode {
            let now = rustix::termios::OptionalActions::Now;
            // A terminal that is gone shows nothing anyway.
            let _ = rustix::termios::tcsetattr(io::stdin(), now, mode);
        }
    }
}
