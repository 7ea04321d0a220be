//! Which parts of the bar's line fit: a line longer than the terminal is wide would wrap, and stay behind.

use super::Position;
use super::speed::time_left;
use crate::amounts;

/// Columns of ` 27%`, the least that a line says.
const DONE: usize = 4;
/// Columns of `9.2/28.6 MiB`, and of the widest of its kind.
const SENT: usize = 13;
/// Columns of `5.8 MiB/s`, and of the widest of its kind.
const SPEED: usize = 10;
/// Columns of `0:42 left`.
const LEFT: usize = 9;
/// A bar of fewer columns says less than the percentage.
const BAR_MIN: usize = 8;
/// Columns between two parts.
const GAP: usize = 2;
/// Columns of `put `.
const STEP: usize = 4;

/// How many columns of a name are shown, at least and at most, where there is room.
const NAME_MIN: usize = 8;
const NAME_MAX: usize = 32;

/// What a line of so many columns holds, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns for the name; none on a terminal that is too narrow even for that.
    pub(super) name: usize,
    /// How many bytes of how many.
    pub(super) sent: bool,
    /// Bytes in a second.
    pub(super) speed: bool,
    /// Time left.
    pub(super) left: bool,
    /// The bar itself.
    pub(super) bar: bool,
}

impl Layout {
    /// Returns what fits on a line of `columns` columns for a name of `name_columns`.
    pub(super) fn fit(columns: usize, name_columns: usize) -> Self {
        let name_max = (columns / 4).clamp(NAME_MIN, NAME_MAX);
        let mut room = Room(columns);
        // Without a part before it, the first gap goes unused.
        room.take(STEP + DONE);
        let name = name_columns.min(name_max);
        let name = if room.take(name + GAP) { name } else { 0 };
        let sent = room.take(SENT + GAP);
        let speed = sent && room.take(SPEED + GAP);
        let left = speed && room.take(LEFT + GAP);
        let bar = left && room.take(BAR_MIN + GAP);
        Self {
            name,
            sent,
            speed,
            left,
            bar,
        }
    }

    /// Returns the words of a line that sends, as wide as they ever get.
    pub(super) fn words(self, at: Position, per_second: Option<f64>) -> String {
        let percent = amounts::percent(at.done_bytes, at.len_bytes);
        let mut words = format!("put {:>DONE$}", format!("{percent}%"));
        let left = time_left(at.len_bytes.saturating_sub(at.sent_bytes), per_second);
        let left = left.and_then(amounts::countdown);
        for (is_there, text, columns) in [
            (
                self.sent,
                Some(amounts::bytes_of(at.done_bytes, at.len_bytes)),
                SENT,
            ),
            (self.speed, per_second.map(amounts::rate), SPEED),
            (self.left, left.map(|left| format!("{left} left")), LEFT),
        ] {
            if is_there {
                words += &format!("{:GAP$}{:>columns$}", "", text.unwrap_or_default());
            }
        }
        words
    }

    /// Returns the template of a line that sends, for indicatif.
    pub(super) fn sending(self, colour: bool) -> String {
        let bar = match (self.bar, colour) {
            (false, _) => "",
            (true, false) => "  {wide_bar}",
            (true, true) => "  {wide_bar:.cyan/dim}",
        };
        format!("{}{{msg}}{bar}", self.prefix(colour))
    }

    /// Returns the template of a line that waits: a sentence in the room that is left.
    pub(super) fn waiting(self, colour: bool) -> String {
        self.prefix(colour) + "{spinner} {wide_msg}"
    }

    fn prefix(self, colour: bool) -> String {
        let style = if colour { ".bold" } else { "" };
        match self.name {
            0 => String::new(),
            columns => format!("{{prefix:{columns}!{style}}}{:GAP$}", ""),
        }
    }
}

/// The columns that nothing has taken yet.
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
        let words = layout.words(at(9, 28), Some(2.5 * MIB as f64));
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
    fn what_nobody_knows_yet_leaves_its_place_empty() {
        let words = Layout::fit(80, 8).words(at(0, 28), None);
        assert_eq!(words, format!("put   0%   0.0/28.0 MiB{:23}", ""));
    }

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        for columns in 9..300 {
            for name_columns in [1, 8, 24, 200] {
                let layout = Layout::fit(columns, name_columns);
                let parts = [
                    (layout.name > 0, layout.name),
                    (true, STEP + DONE),
                    (layout.sent, SENT),
                    (layout.speed, SPEED),
                    (layout.left, LEFT),
                    (layout.bar, BAR_MIN),
                ];
                let widths = parts.iter().filter(|(is_there, _)| *is_there);
                let width = widths.map(|(_, width)| width + GAP).sum::<usize>() - GAP;
                let widest = layout.words(at(1022, 1023), Some(1000.0 * MIB as f64));
                assert!(widest.len() <= columns, "`{widest}` in {columns} columns");
                assert!(width <= columns, "{layout:?} in {columns} columns");
            }
        }
    }
}
