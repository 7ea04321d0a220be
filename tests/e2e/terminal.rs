//! A terminal of the tests: a pseudo-terminal that types, and keeps what is shown.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const SHOWN_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// A pseudo-terminal.
pub(crate) struct Terminal {
    keyboard: File,
    end: File,
    shown: Arc<Mutex<String>>,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
        grantpt(&controller).expect("a pty of ours");
        unlockpt(&controller).expect("a pty of ours");
        let name = ptsname(&controller, Vec::new()).expect("its name");
        let end = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(rustix::fs::OFlags::NOCTTY.bits() as i32)
            .open(name.to_str().expect("a path"))
            .expect("its other end");
        let keyboard = File::from(controller);
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut screen, text) = (keyboard.try_clone().expect("a handle"), shown.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                let more = String::from_utf8_lossy(&bytes[..count]);
                text.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_str(&more);
            }
        });
        Self {
            keyboard,
            end,
            shown,
        }
    }

    /// The end that a process reads and writes.
    pub(crate) fn end(&self) -> Stdio {
        self.end.try_clone().expect("a handle").into()
    }

    /// Everything that was shown so far.
    pub(crate) fn shown(&self) -> String {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until a text is shown.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.shown().contains(text) {
            let waited = begun.elapsed();
            assert!(waited < SHOWN_WITHIN, "no {text:?} in:\n{}", self.shown());
            std::thread::sleep(POLL);
        }
    }

    /// Types a line.
    pub(crate) fn type_line(&self, line: &str) {
        let typed = format!("{line}\n");
        (&self.keyboard)
            .write_all(typed.as_bytes())
            .expect("it is open");
    }

    /// Whether typing is shown, which a question for a secret turns off for as long as it waits.
    pub(crate) fn echoes(&self) -> bool {
        let mode = rustix::termios::tcgetattr(&self.end).expect("a terminal");
        mode.local_modes.contains(rustix::termios::LocalModes::ECHO)
    }
}
