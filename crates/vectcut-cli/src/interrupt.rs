//! The signals that end the command: SIGINT (Ctrl-C) and SIGTERM.

use std::io;

/// Listens from the moment it is made; from then on the signals no longer kill the process.
pub(crate) struct Interrupt {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C; a terminal sends it to every process in the foreground.
    Interrupt,
    /// SIGTERM; it goes to this process alone.
    Terminate,
}

impl Interrupt {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// Fails when the system does not let it.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next signal.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no signal.
    pub(crate) async fn signal(&mut self) -> Signal {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
        #[cfg(not(unix))]
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            // Without a handler the system ends the process itself, so there is nothing to wait for.
            Err(_) => std::future::pending().await,
        }
    }
}
