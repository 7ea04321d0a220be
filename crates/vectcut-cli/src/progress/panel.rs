//! The lines at the bottom of a terminal: one for each active file, and one for all.

use std::time::Instant;

use console::measure_text_width;

use super::layout::{Amounts, Layout};
use super::position::Position;
use super::sentence::sentences;
use super::speed::time_left;
use crate::amounts;
use crate::stderr::Stderr;
use crate::words::{Language, progress};

/// Rows that stay free for what the command says meanwhile.
const ROWS_FREE: usize = 2;
/// Shows that a line that waits is alive.
const MARKS: [&str; 4] = ["| ", "/ ", "- ", "\\ "];

/// The lines. Dropping them removes them from the terminal.
pub(super) struct Panel {
    stderr: Stderr,
    frames: usize,
}

/// One active file.
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    pub(super) at: Position,
    pub(super) per_second: Option<f64>,
}

/// All files together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Total {
    /// How many files have ended.
    pub(super) ended: usize,
    /// How many there are.
    pub(super) files: usize,
    pub(super) done_bytes: u64,
    pub(super) len_bytes: u64,
    /// What is still to be sent.
    pub(super) rest_bytes: u64,
    pub(super) per_second: Option<f64>,
}

impl Panel {
    pub(super) fn new(stderr: &Stderr) -> Self {
        Self {
            stderr: stderr.clone(),
            frames: 0,
        }
    }

    /// Draws the files, and below them the total of several.
    pub(super) fn draw(&mut self, rows: &[Row<'_>], total: Total, now: Instant) {
        let Some(size) = self.stderr.size() else {
            return;
        };
        self.frames += 1;
        let frame = Frame {
            rows,
            total: (total.files > 1).then_some(total),
            mark: MARKS[self.frames % MARKS.len()],
            color: self.stderr.in_color(),
            language: self.stderr.language(),
            now,
        };
        self.stderr.show(frame.lines(size.columns, size.rows));
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.stderr.show(Vec::new());
    }
}

/// What one frame shows.
struct Frame<'a> {
    rows: &'a [Row<'a>],
    total: Option<Total>,
    mark: &'static str,
    color: bool,
    language: Language,
    now: Instant,
}

impl Frame<'_> {
    /// Returns the lines, never more than fit into the terminal.
    fn lines(&self, columns: usize, height: usize) -> Vec<String> {
        let label = self.total.map(|total| self.label(total, columns));
        let names = self.rows.iter().map(|row| row.name).chain(label.as_deref());
        let name_columns = names.map(measure_text_width).max().unwrap_or_default();
        let layout = Layout::fit(columns, name_columns);
        let room = height.saturating_sub(ROWS_FREE + usize::from(self.total.is_some()));
        let shown = match self.rows.len() <= room {
            true => self.rows.len(),
            false => room.saturating_sub(1),
        };
        let rows = self.rows[..shown].iter().map(|row| self.row(row, layout));
        let mut lines: Vec<_> = rows.collect();
        if shown < self.rows.len() {
            let more = progress::more_files(self.rows.len() - shown);
            let more = more.to(self.language);
            lines.push(layout.sentence("", "", [more, more], false));
        }
        if let (Some(total), Some(label)) = (self.total, label) {
            lines.push(layout.bytes(&label, &self.total_amounts(total), self.color));
        }
        lines
    }

    fn row(&self, row: &Row<'_>, layout: Layout) -> String {
        if row.at.is_sending() {
            let amounts = self.amounts(
                (row.at.done_bytes, row.at.len_bytes),
                row.at.rest_bytes(),
                row.per_second,
            );
            return layout.bytes(row.name, &amounts, self.color);
        }
        let sentences = sentences(row.at, self.now);
        let sentences = [&sentences[0], &sentences[1]].map(|text| text.to(self.language));
        layout.sentence(row.name, self.mark, sentences, self.color)
    }

    /// Returns `3/12 files`, or `3/12` where that does not fit as a name.
    fn label(&self, total: Total, columns: usize) -> String {
        let long = progress::count(total.ended, total.files);
        let long = long.to(self.language);
        match measure_text_width(long) <= columns.saturating_sub(1) / 4 {
            true => long.to_owned(),
            false => format!("{}/{}", total.ended, total.files),
        }
    }

    fn total_amounts(&self, total: Total) -> Amounts {
        let bytes = (total.done_bytes, total.len_bytes);
        self.amounts(bytes, total.rest_bytes, total.per_second)
    }

    fn amounts(
        &self,
        (done_bytes, len_bytes): (u64, u64),
        rest: u64,
        per_second: Option<f64>,
    ) -> Amounts {
        let left = time_left(rest, per_second).filter(|_| rest > 0);
        let left = left.and_then(amounts::countdown);
        Amounts {
            done_bytes,
            len_bytes,
            percent: amounts::percent(done_bytes, len_bytes),
            sent: amounts::bytes_of(done_bytes, len_bytes),
            speed: per_second.map(amounts::rate).unwrap_or_default(),
            left: left
                .map(|left| progress::countdown(left).to(self.language).to_owned())
                .unwrap_or_default(),
        }
    }
}
