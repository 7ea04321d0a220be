//! Standard error: notes, errors, log lines and progress bars. A thread of its own writes them.

mod question;
mod screen;
mod writer;

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing_subscriber::fmt::MakeWriter;

use crate::diagnostics;
use crate::failure::Failure;
use crate::words::{Language, Text};
use screen::Screen;
use writer::Writer;

/// How often the bars are redrawn at most, in hertz.
const REDRAWS: u8 = 20;
/// How long data for standard output waits for the bars to be cleared from the terminal that both may share.
const BARS_CLEAR_WITHIN: Duration = Duration::from_millis(200);

/// Standard error, shared by progress, diagnostics and logs. Clones are the same stream.
///
/// No call here waits for whoever reads standard error, except [`drain`](Self::drain).
#[derive(Clone)]
pub(crate) struct Stderr {
    bars: MultiProgress,
    writer: Writer,
    quiet: bool,
    color: bool,
    language: Language,
}

impl Stderr {
    /// Starts the thread. Colors are shown on a terminal only, and never when they are unwelcome.
    pub(crate) fn new(quiet: bool, no_color: bool, language: Language) -> Self {
        let writer = Writer::start();
        let target = if quiet || !io::stderr().is_terminal() || console::is_dumb() {
            ProgressDrawTarget::hidden()
        } else {
            let screen = Box::new(Screen::new(writer.clone()));
            ProgressDrawTarget::term_like_with_hz(screen, REDRAWS)
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            writer,
            quiet,
            language,
            color: io::stderr().is_terminal() && !no_color,
        }
    }

    /// Returns whether only errors are shown.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns the language of everything that is said here.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Returns whether colors are shown.
    pub(crate) fn in_color(&self) -> bool {
        self.color
    }

    /// Returns the place for bars, if somebody can see them.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        (!self.bars.is_hidden()).then_some(&self.bars)
    }

    /// Shows a line, unless only errors are shown.
    pub(crate) fn note(&self, line: &Text) {
        if !self.quiet {
            self.print(&format!("{}\n", line.to(self.language)));
        }
    }

    /// Ends the line of a question whose answer was typed unseen.
    pub(crate) fn end_question(&self) {
        self.print("\n");
    }

    /// Shows a failure.
    pub(crate) fn error(&self, failure: &Failure) {
        self.print(&diagnostics::render(failure, self.color, self.language));
    }

    /// Returns standard output, for data that comes while bars are shown.
    pub(crate) fn stdout(&self) -> Stdout {
        Stdout(self.clone())
    }

    /// Waits until everything is written, as long as the reader takes something every `patience`.
    pub(crate) fn drain(&self, patience: Duration) {
        self.writer.drain(patience);
    }

    /// Waits until everything is written, for `at_most` this long.
    pub(crate) fn drain_within(&self, at_most: Duration) {
        self.writer.drain_within(at_most);
    }

    fn print(&self, text: &str) {
        self.bars.suspend(|| self.writer.push(text.as_bytes()));
    }
}

/// Standard output, written above the bars: both may be the same terminal.
pub(crate) struct Stdout(Stderr);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Asked before, because the bars are locked while they are suspended.
        let are_shown = self.0.bars().is_some();
        self.0.bars.suspend(|| {
            if are_shown {
                self.0.writer.drain_within(BARS_CLEAR_WITHIN);
            }
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
pub(crate) struct LogLine<'a>(&'a Stderr);

impl Write for LogLine<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.bars.suspend(|| self.0.writer.log(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = LogLine<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        LogLine(self)
    }
}
