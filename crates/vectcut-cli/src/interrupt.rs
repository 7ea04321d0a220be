//! The signals that end the command: SIGINT (Ctrl-C), SIGTERM and SIGHUP. On Windows Ctrl-C, Ctrl-Break and a closed
//! console.

use std::io;

/// Listens from the moment it is made. From then on the signals do not kill the process.
pub(crate) struct Interrupt {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    /// `None` if SIGHUP is ignored, as under `nohup`: a handler would end that.
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    pause: tokio::signal::windows::CtrlBreak,
    #[cfg(windows)]
    close: tokio::signal::windows::CtrlClose,
}

/// Which signal arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C. A terminal sends it to every process in the foreground.
    Interrupt,
    /// SIGTERM. Only this process gets it.
    Terminate,
}

impl Interrupt {
    /// Starts to listen. A tokio runtime must be entered.
    ///
    /// # Errors
    ///
    /// Fails when the system does not allow it.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hangup: match ignores_hangup() {
                    true => None,
                    false => Some(signal(SignalKind::hangup())?),
                },
            })
        }
        #[cfg(windows)]
        {
            use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
            Ok(Self {
                interrupt: ctrl_c()?,
                pause: ctrl_break()?,
                close: ctrl_close()?,
            })
        }
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
            // A closed terminal ends the command as SIGTERM does.
            () = hung_up(&mut self.hangup) => Signal::Terminate,
        }
        #[cfg(windows)]
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.pause.recv() => Signal::Interrupt,
            // Windows ends the process five seconds after its console closed.
            _ = self.close.recv() => Signal::Terminate,
        }
    }
}

/// Waits for SIGHUP; for ever if it is ignored.
#[cfg(unix)]
async fn hung_up(hangup: &mut Option<tokio::signal::unix::Signal>) {
    match hangup {
        Some(hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

/// Returns whether this process ignores SIGHUP, or whether the system does not say. SIGHUP keeps its own meaning then.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| ignored_signals(&status))
        .is_none_or(|ignored| ignored & 1 != 0)
}

/// Reads the mask of ignored signals from `/proc/self/status`; SIGHUP is its lowest bit.
#[cfg(unix)]
fn ignored_signals(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status =
            "Name:\tvectcut\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(ignored_signals(status), Some(0x1001));
        assert_eq!(ignored_signals("Name:\tvectcut\n"), None);
    }
}
