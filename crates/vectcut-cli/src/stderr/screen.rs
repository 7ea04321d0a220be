//! The lines at the bottom of a terminal, below everything else that is written to it.

use console::{Term, measure_text_width};

/// The size assumed for a terminal that does not report it.
const SIZE: Size = Size {
    rows: 24,
    columns: 80,
};

/// The size of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Size {
    /// Asks the terminal.
    pub(super) fn now() -> Self {
        let size = Term::stderr().size_checked();
        size.map_or(SIZE, |(rows, columns)| Self {
            rows: rows.into(),
            columns: usize::from(columns).max(1),
        })
    }
}

/// What is on the terminal. The cursor is at the beginning of the last line: a key that the terminal echoes, such as `^C`,
/// must not wrap that line.
///
/// The methods return what to write, in the control sequences of ECMA-48.
#[derive(Debug, Default)]
pub(super) struct Screen {
    lines: Vec<String>,
    columns: usize,
}

impl Screen {
    /// Replaces the lines; `None` if they are there already. No line may be wider than the terminal.
    pub(super) fn show(&mut self, lines: Vec<String>, size: Size) -> Option<String> {
        if lines == self.lines && size.columns == self.columns {
            return None;
        }
        let mut text = self.back(size);
        // Each line is cleared only behind its text, so that it does not flicker.
        text += &lines.join("\u{1b}[K\r\n");
        text += "\u{1b}[J\r";
        self.lines = lines;
        self.columns = size.columns;
        Some(text)
    }

    /// Writes a text above the lines. It must end with a line break.
    pub(super) fn above(&self, text: &str, size: Size) -> String {
        if self.lines.is_empty() {
            return text.to_owned();
        }
        let lines = self.lines.join("\r\n");
        format!("{}\u{1b}[J{text}{lines}\r", self.back(size))
    }

    /// Moves the cursor to the beginning of the first line.
    ///
    /// A terminal that has become narrower has wrapped the lines, so they may occupy more rows than they are.
    fn back(&self, size: Size) -> String {
        if self.lines.is_empty() {
            return String::new();
        }
        let rows = |line: &String| measure_text_width(line).div_ceil(size.columns).max(1);
        let above = &self.lines[..self.lines.len() - 1];
        match above.iter().map(rows).sum::<usize>() {
            0 => "\r".to_owned(),
            up => format!("\r\u{1b}[{up}A"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Size = Size {
        rows: 24,
        columns: 80,
    };

    #[test]
    fn lines_are_replaced_and_text_comes_above_them() {
        let mut screen = Screen::default();
        let lines = || vec!["one".to_owned(), "two".to_owned()];
        assert_eq!(
            screen.show(lines(), WIDE).as_deref(),
            Some("one\u{1b}[K\r\ntwo\u{1b}[J\r")
        );
        assert_eq!(screen.show(lines(), WIDE), None);
        assert_eq!(
            screen.above("note\n", WIDE),
            "\r\u{1b}[1A\u{1b}[Jnote\none\r\ntwo\r"
        );
        assert_eq!(
            screen.show(Vec::new(), WIDE).as_deref(),
            Some("\r\u{1b}[1A\u{1b}[J\r")
        );
        assert_eq!(screen.above("note\n", WIDE), "note\n");
    }

    #[test]
    fn lines_that_a_narrower_terminal_has_wrapped_are_removed_too() {
        let mut screen = Screen::default();
        screen.show(vec!["视".repeat(30), "x".repeat(20)], WIDE);
        let narrow = Size {
            columns: 40,
            ..WIDE
        };
        assert_eq!(
            screen.show(Vec::new(), narrow).as_deref(),
            Some("\r\u{1b}[2A\u{1b}[J\r")
        );
    }
}
