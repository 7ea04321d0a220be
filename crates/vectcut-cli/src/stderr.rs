//! Standard error: notes, errors, log lines, and lines that show progress. A thread of its own writes them.

mod question;
mod screen;
mod writer;

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use crate::diagnostics;
use crate::failure::Failure;
use crate::json_events::{ErrorLine, Line, Note};
use crate::result::FailureReport;
use crate::words::{Language, Text};
use crate::wrapping::wrapped;
use screen::{Screen, Size};
pub(crate) use writer::Writer;

/// How long data for standard output waits for the lines of progress to be cleared from the terminal that both may share.
const LINES_CLEAR_WITHIN: Duration = Duration::from_millis(200);

/// By how many columns the rest of a line that the terminal cannot hold is indented.
const HANGING: usize = 2;

/// Standard error, shared by progress, diagnostics and logs. Clones are the same stream.
///
/// No call here waits for whoever reads standard error, except [`drain`](Self::drain).
#[derive(Clone)]
pub(crate) struct Stderr {
    /// The lines at the bottom of the terminal, if there is one to draw on.
    screen: Option<Arc<Mutex<Screen>>>,
    writer: Writer,
    quiet: bool,
    color: bool,
    json: bool,
    language: Language,
}

impl Stderr {
    /// Starts the thread. Colors are shown on a terminal only, and never when they are unwelcome. With `json` every line
    /// is a JSON object.
    pub(crate) fn new(quiet: bool, no_color: bool, json: bool, language: Language) -> Self {
        let writer = Writer::start(json);
        let draws = !quiet && !json && io::stderr().is_terminal() && !console::is_dumb();
        Self {
            screen: draws.then(Arc::default),
            writer,
            quiet,
            json,
            language,
            color: io::stderr().is_terminal() && !no_color,
        }
    }

    /// Returns whether only errors are shown.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns whether it is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Returns whether every line is a JSON object.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Returns the language of everything that is said here.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Returns whether colors are shown.
    pub(crate) fn in_color(&self) -> bool {
        self.color
    }

    /// Returns the size of the terminal, if lines can be shown at its bottom.
    pub(crate) fn size(&self) -> Option<Size> {
        self.screen.as_ref().map(|_| Size::now())
    }

    /// Shows these lines at the bottom of the terminal, instead of those before. None of them may be wider than the
    /// terminal. Without a terminal nothing happens.
    pub(crate) fn show(&self, lines: Vec<String>) {
        let Some(mut screen) = self.screen() else {
            return;
        };
        // What the terminal does not take is not drawn at all, so that the lines before are still known.
        if self.writer.is_full() {
            return;
        }
        if let Some(text) = screen.show(lines, Size::now()) {
            self.writer.push(text.as_bytes());
        }
    }

    /// Shows a line, unless only errors are shown.
    pub(crate) fn note(&self, line: &Text) {
        let line = line.to(self.language);
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, true) => self.json(&Line::Note(Note {
                message: line.to_owned(),
            })),
            (false, false) => self.print(&format!("{line}\n")),
        }
    }

    /// Ends the line of a question whose answer was typed unseen.
    pub(crate) fn end_question(&self) {
        self.print("\n");
    }

    /// Hands a terminal a sequence that shows nothing and moves nothing, such as one for its clipboard.
    pub(crate) fn sequence(&self, sequence: &str) {
        self.writer.push(sequence.as_bytes());
    }

    /// Shows a failure.
    pub(crate) fn error(&self, failure: &Failure) {
        if self.json {
            let error = FailureReport::new(failure, self.language);
            let what = failure.what.to(self.language).to_owned();
            self.print(&Line::Error(ErrorLine { what, error }).text());
        } else {
            self.print(&diagnostics::render(failure, self.color, self.language));
        }
    }

    /// Writes a JSON object; drops it when too much is waiting.
    pub(crate) fn json(&self, line: &Line) {
        self.writer.log(line.text().as_bytes());
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
        match self.screen() {
            Some(screen) => {
                let size = Size::now();
                let text = wrapped(text, size.columns, HANGING);
                self.writer.push(screen.above(&text, size).as_bytes());
            }
            None => self.writer.push(text.as_bytes()),
        }
    }

    fn screen(&self) -> Option<MutexGuard<'_, Screen>> {
        let screen = self.screen.as_ref()?;
        Some(screen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Standard output. Lines of progress give way to it: both may be the same terminal.
pub(crate) struct Stdout(Stderr);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nobody draws until it is written.
        let mut screen = self.0.screen();
        if let Some(screen) = &mut screen {
            if let Some(text) = screen.show(Vec::new(), Size::now()) {
                self.0.writer.push(text.as_bytes());
            }
            // Also when they were removed before: the thread may not have written that yet, and would remove this text.
            self.0.writer.drain_within(LINES_CLEAR_WITHIN);
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One log line, written above the lines of progress as a whole.
pub(crate) struct LogLine<'a>(&'a Stderr);

impl Write for LogLine<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.0.screen() {
            // A log line is text.
            Some(screen) => {
                let text = screen.above(&String::from_utf8_lossy(line), Size::now());
                self.0.writer.log(text.as_bytes());
            }
            None => self.0.writer.log(line),
        }
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

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_result_waits_until_the_lines_of_progress_are_gone() {
        let shown = Arc::new(Mutex::new(String::new()));
        let terminal = shown.clone();
        // A terminal that takes its time.
        let writer = Writer::writing_to(move |bytes| {
            thread::sleep(Duration::from_millis(20));
            let mut shown = terminal.lock().unwrap_or_else(PoisonError::into_inner);
            *shown += &String::from_utf8_lossy(bytes);
            Ok(bytes.len())
        });
        let stderr = Stderr {
            screen: Some(Arc::default()),
            writer,
            quiet: false,
            color: false,
            json: false,
            language: Language::English,
        };
        stderr.show(vec!["clip.mp4  finishing".to_owned()]);
        // The last file ended, and then its result is printed.
        stderr.show(Vec::new());
        let written = stderr.stdout().write(b"");
        assert_eq!(written.expect("nothing to write"), 0);
        let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(shown.ends_with("\r\u{1b}[J\r"), "{shown:?}");
    }
}
