//! The one way to stderr: lines of talk that do not tear the bars, and a reader that may be gone.

use std::io::{self, IsTerminal as _, Write};

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing_subscriber::fmt::MakeWriter;

use crate::diagnostics;
use crate::failure::Failure;

/// Standard error, shared by progress, diagnostics and logs.
#[derive(Clone)]
pub(crate) struct Talk {
    bars: MultiProgress,
    quiet: bool,
    colour: bool,
}

impl Talk {
    /// Returns a talk that is in colour on a terminal only, and never when colours are unwelcome.
    pub(crate) fn new(quiet: bool, no_color: bool) -> Self {
        // Hidden by itself where stderr is not a terminal that can move its cursor.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            quiet,
            colour: io::stderr().is_terminal() && !no_color,
        }
    }

    /// Returns whether only errors are told.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns whether colours are shown.
    pub(crate) fn in_colour(&self) -> bool {
        self.colour
    }

    /// Returns the place for bars, when somebody would see them.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        (!self.bars.is_hidden()).then_some(&self.bars)
    }

    /// Tells what goes on, unless that is unwelcome.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            self.print(&format!("{line}\n"));
        }
    }

    /// Tells a failure, always.
    pub(crate) fn tell(&self, failure: &Failure) {
        self.print(&diagnostics::render(failure, self.colour));
    }

    /// Returns stdout, for data that comes while bars are shown.
    pub(crate) fn stdout(&self) -> Stdout {
        Stdout(self.clone())
    }

    fn print(&self, text: &str) {
        // Nobody may be reading; there is no other place to say so.
        let _ = self.suspended(|stderr| stderr.write_all(text.as_bytes()));
    }

    fn suspended(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        self.bars.suspend(|| write(&mut io::stderr().lock()))
    }
}

/// Standard output, written above the bars: both may be the same terminal.
pub(crate) struct Stdout(Talk);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.bars.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes)?;
            stdout.flush()?;
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One log line, written above the bars as a whole.
pub(crate) struct LogLine<'a>(&'a Talk);

impl Write for LogLine<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A log that nobody reads is no reason to fail, and tracing would complain on the same stderr.
        let _ = self.0.suspended(|stderr| stderr.write_all(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Talk {
    type Writer = LogLine<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        LogLine(self)
    }
}
