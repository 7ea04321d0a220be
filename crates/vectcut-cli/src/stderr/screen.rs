//! The terminal as the bars see it: each frame goes to the writer's queue as one text.

use std::fmt::{self, Write as _};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::Term;
use indicatif::TermLike;

use super::writer::Writer;

/// A terminal that collects what is drawn and hands it over when a frame is complete.
pub(super) struct Screen {
    writer: Writer,
    frame: Mutex<String>,
}

impl Screen {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            writer,
            frame: Mutex::default(),
        }
    }

    fn frame(&self) -> MutexGuard<'_, String> {
        self.frame.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, text: fmt::Arguments<'_>) -> io::Result<()> {
        // Writing to a string cannot fail.
        let _ = self.frame().write_fmt(text);
        Ok(())
    }

    /// Moves the cursor by `count` in a direction of ECMA-48: A up, B down, C right, D left.
    fn move_cursor(&self, count: usize, direction: char) -> io::Result<()> {
        match count {
            0 => Ok(()),
            _ => self.draw(format_args!("\u{1b}[{count}{direction}")),
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        Term::stderr().size().1
    }

    fn height(&self) -> u16 {
        Term::stderr().size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'D')
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        self.draw(format_args!("{s}\n"))
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        self.draw(format_args!("{s}"))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draw(format_args!("\r\u{1b}[2K"))
    }

    fn flush(&self) -> io::Result<()> {
        let frame = std::mem::take(&mut *self.frame());
        self.writer.draw(frame.as_bytes());
        Ok(())
    }
}
