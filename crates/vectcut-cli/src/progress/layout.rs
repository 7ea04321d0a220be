//! Which parts of the bar's line fit into the terminal: a longer line would wrap and leave a copy behind.

use console::{Alignment, pad_str};

use super::Position;
use super::speed::time_left;
use crate::amounts;
use crate::words::{Language, labels, progress};

/// Columns of ` 27%`, which every line has.
const DONE: usize = 4;
/// Columns of the widest text like `9.2/28.6 MiB`.
const SENT: usize = 13;
/// Columns of the widest text like `5.8 MiB/s`.
const SPEED: usize = 10;
/// Columns of `0:42 left`.
const LEFT: usize = 9;
/// A bar with fewer columns says less than the percentage.
const BAR_MIN: usize = 8;
/// Columns between two parts.
const GAP: usize = 2;
/// Columns of the step's name, where the terminal is wide enough for it.
const STEP: usize = 9;

/// Minimum and maximum columns of a name, where there is room.
const NAME_MIN: usize = 8;
const NAME_MAX: usize = 32;

/// The parts of a line, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns for the name; 0 on a terminal that is too narrow for it.
    pub(super) name: usize,
    /// Whether the bytes done and in total fit.
    pub(super) sent: bool,
    /// Whether the speed fits.
    pub(super) speed: bool,
    /// Whether the time left fits.
    pub(super) left: bool,
    /// Whether the bar itself fits.
    pub(super) bar: bool,
    /// Whether the step's name fits.
    pub(super) step: bool,
}

impl Layout {
    /// Returns what fits into `columns` columns, with a name of `name_columns`.
    pub(super) fn fit(columns: usize, name_columns: usize) -> Self {
        let name_max = (columns / 4).clamp(NAME_MIN, NAME_MAX);
        let mut room = Room(columns);
        // The first part has no gap before it.
        room.take(DONE);
        let name = name_columns.min(name_max);
        let name = if room.take(name + GAP) { name } else { 0 };
        let sent = room.take(SENT + GAP);
        let speed = sent && room.take(SPEED + GAP);
        let left = speed && room.take(LEFT + GAP);
        let bar = left && room.take(BAR_MIN + GAP);
        let step = bar && room.take(STEP + GAP);
        Self {
            name,
            sent,
            speed,
            left,
            bar,
            step,
        }
    }

    /// Returns the text of a line that sends, padded to its maximum width.
    pub(super) fn words(self, at: Position, per_second: Option<f64>, language: Language) -> String {
        let percent = amounts::percent(at.done_bytes, at.len_bytes);
        let uploading = labels::uploading();
        let step = if self.step {
            pad_str(uploading.to(language), STEP, Alignment::Left, None).into_owned()
        } else {
            String::new()
        };
        let gap = if self.step { GAP } else { 0 };
        let mut words = format!("{step}{:gap$}{:>DONE$}", "", format!("{percent}%"));
        let left = time_left(at.len_bytes.saturating_sub(at.sent_bytes), per_second);
        let left = left.and_then(amounts::countdown);
        for (is_there, text, columns) in [
            (
                self.sent,
                Some(amounts::bytes_of(at.done_bytes, at.len_bytes)),
                SENT,
            ),
            (self.speed, per_second.map(amounts::rate), SPEED),
            (
                self.left,
                left.map(|left| progress::countdown(left).to(language).to_owned()),
                LEFT,
            ),
        ] {
            if is_there {
                let text = text.unwrap_or_default();
                words += &" ".repeat(GAP);
                words += &pad_str(&text, columns, Alignment::Right, None);
            }
        }
        words
    }

    /// Returns indicatif's template of a line that sends.
    pub(super) fn sending(self, color: bool) -> String {
        let bar = match (self.bar, color) {
            (false, _) => "",
            (true, false) => "  {wide_bar}",
            (true, true) => "  {wide_bar:.cyan/dim}",
        };
        format!("{}{{msg}}{bar}", self.prefix(color))
    }

    /// Returns indicatif's template of a line that waits: a sentence in the remaining columns.
    pub(super) fn waiting(self, color: bool) -> String {
        self.prefix(color) + "{spinner} {wide_msg}"
    }

    fn prefix(self, color: bool) -> String {
        let style = if color { ".bold" } else { "" };
        match self.name {
            0 => String::new(),
            columns => format!("{{prefix:{columns}!{style}}}{:GAP$}", ""),
        }
    }
}

/// The columns that are still free.
struct Room(usize);

impl Room {
    fn take(&mut self, columns: usize) -> bool {
        match self.0.checked_sub(columns) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn at(done_mib: u64, len_mib: u64) -> Position {
        Position {
            done_bytes: done_mib * MIB,
            sent_bytes: done_mib * MIB,
            len_bytes: len_mib * MIB,
            ..Position::default()
        }
    }

    /// Draws a line as it would look, with `=` for the bar.
    fn drawn(columns: usize, name: &str) -> String {
        let layout = Layout::fit(columns, name.len());
        let words = layout.words(at(9, 28), Some(2.5 * MIB as f64), Language::English);
        let name = &name[..layout.name.min(name.len())];
        let line = layout.sending(false).replace("{msg}", &words);
        let line = line.replace(&format!("{{prefix:{}!}}", layout.name), name);
        let room = (columns + "{wide_bar}".len()).saturating_sub(line.len());
        line.replace("{wide_bar}", &"=".repeat(room))
    }

    #[test]
    fn a_narrow_terminal_loses_the_bar_first_and_the_percentage_never() {
        let lines = [100, 80, 60, 46, 40, 20, 10]
            .map(|columns| drawn(columns, "holiday-in-the-mountains.mp4"));
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn an_unknown_speed_leaves_its_place_empty() {
        let words = Layout::fit(80, 8).words(at(0, 28), None, Language::English);
        assert_eq!(words, format!("uploading    0%   0.0/28.0 MiB{:23}", ""));
    }

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        for columns in DONE..300 {
            for name_columns in [1, 8, 24, 200] {
                let layout = Layout::fit(columns, name_columns);
                let parts = [
                    (layout.name > 0, layout.name),
                    (true, DONE),
                    (layout.step, STEP),
                    (layout.sent, SENT),
                    (layout.speed, SPEED),
                    (layout.left, LEFT),
                    (layout.bar, BAR_MIN),
                ];
                let widths = parts.iter().filter(|(is_there, _)| *is_there);
                let width = widths.map(|(_, width)| width + GAP).sum::<usize>() - GAP;
                let widest =
                    layout.words(at(1022, 1023), Some(1000.0 * MIB as f64), Language::English);
                assert!(widest.len() <= columns, "`{widest}` in {columns} columns");
                assert!(width <= columns, "{layout:?} in {columns} columns");
            }
        }
    }
}
