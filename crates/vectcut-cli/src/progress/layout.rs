//! Which parts of a line fit into the terminal: a longer line would wrap and leave a copy behind.

use console::{Alignment, measure_text_width, pad_str, truncate_str};

/// Columns of ` 27%`, which every line has.
const DONE: usize = 4;
/// Columns of the widest text like `9.2/28.6 MiB`.
const SENT: usize = 13;
/// Columns of the widest text like `5.8 MiB/s`.
const SPEED: usize = 10;
/// Columns of the widest text like `0:42 left`.
const LEFT: usize = 10;
/// A bar with fewer columns says less than the percentage, and one with more says no more.
const BAR_MIN: usize = 10;
const BAR_MAX: usize = 50;
/// Columns between two parts.
const GAP: usize = 2;

/// Minimum and maximum columns of a name, where there is room.
const NAME_MIN: usize = 8;
const NAME_MAX: usize = 48;

/// Marks a name or a sentence that is cut off. Three dots are as wide everywhere; `…` is not.
const CUT: &str = "...";

/// The parts of a line that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns of a whole line.
    columns: usize,
    /// Columns for the name; 0 on a terminal that is too narrow for it.
    name: usize,
    left: bool,
    speed: bool,
    sent: bool,
    /// Columns of the bar; 0 without one.
    bar: usize,
}

/// What a line says about bytes. A text that is not known yet leaves its place empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Amounts {
    pub(super) done_bytes: u64,
    pub(super) len_bytes: u64,
    pub(super) percent: u64,
    pub(super) sent: String,
    pub(super) speed: String,
    pub(super) left: String,
}

impl Layout {
    /// Returns what fits into `columns` columns, with a name of `name_columns`.
    pub(super) fn fit(columns: usize, name_columns: usize) -> Self {
        // Some terminals wrap a line already when its last column is written.
        let columns = columns.saturating_sub(1);
        let name_max = (columns / 4).clamp(NAME_MIN, NAME_MAX);
        let mut room = Room(columns);
        // The first part has no gap before it.
        room.take(DONE);
        let name = name_columns.min(name_max);
        let name = if room.take(name + GAP) { name } else { 0 };
        let left = room.take(LEFT + GAP);
        let speed = left && room.take(SPEED + GAP);
        let sent = speed && room.take(SENT + GAP);
        let bar = match sent && room.take(BAR_MIN + GAP) {
            true => (BAR_MIN + room.0).min(BAR_MAX),
            false => 0,
        };
        Self {
            columns,
            name,
            left,
            speed,
            sent,
            bar,
        }
    }

    /// Returns a line of bytes.
    pub(super) fn bytes(self, name: &str, amounts: &Amounts, color: bool) -> String {
        let mut line =
            self.name(name, color) + &format!("{:>DONE$}", format!("{}%", amounts.percent));
        for (is_there, text, columns) in [
            (self.sent, &amounts.sent, SENT),
            (self.speed, &amounts.speed, SPEED),
            (self.left, &amounts.left, LEFT),
        ] {
            if is_there {
                line += &" ".repeat(GAP);
                line += &pad_str(text, columns, Alignment::Right, Some(""));
            }
        }
        if self.bar > 0 {
            line += &" ".repeat(GAP);
            line += &bar(self.bar, amounts, color);
        }
        line.trim_end().to_owned()
    }

    /// Returns a line with the first of the sentences that fits, or as much of the last as fits.
    pub(super) fn sentence(
        self,
        name: &str,
        mark: &str,
        sentences: [&str; 2],
        color: bool,
    ) -> String {
        let used = if self.name == 0 { 0 } else { self.name + GAP };
        let room = self.columns.saturating_sub(used + measure_text_width(mark));
        if room < CUT.len() {
            return self.name(name, color);
        }
        let fits = sentences
            .into_iter()
            .find(|sentence| measure_text_width(sentence) <= room);
        let sentence = truncate_str(fits.unwrap_or(sentences[1]), room, CUT);
        format!("{}{mark}{sentence}", self.name(name, color))
    }

    fn name(self, name: &str, color: bool) -> String {
        if self.name == 0 {
            return String::new();
        }
        let name = truncate_str(name, self.name, CUT);
        let name = pad_str(&name, self.name, Alignment::Left, None);
        let gap = " ".repeat(GAP);
        match color {
            true => format!("\u{1b}[1m{name}\u{1b}[0m{gap}"),
            false => format!("{name}{gap}"),
        }
    }
}

/// Returns a bar such as `[====>     ]`, in characters that every font has and no terminal shows two columns wide.
fn bar(columns: usize, amounts: &Amounts, color: bool) -> String {
    let inner = columns.saturating_sub(2);
    let share = match amounts.len_bytes {
        0 => 0.0,
        len_bytes => amounts.done_bytes as f64 / len_bytes as f64,
    };
    // The conversion saturates, and a fraction of a column is not shown.
    let filled = ((inner as f64 * share) as usize).min(inner);
    let head = if filled < inner { ">" } else { "" };
    let done = format!("{}{head}", "=".repeat(filled));
    let rest = " ".repeat(inner.saturating_sub(filled + head.len()));
    match color {
        true => format!("[\u{1b}[36m{done}\u{1b}[0m{rest}]"),
        false => format!("[{done}{rest}]"),
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

    fn widest() -> Amounts {
        Amounts {
            done_bytes: 1022,
            len_bytes: 1023,
            percent: 99,
            sent: "1022/1023 MiB".to_owned(),
            speed: "1023 KiB/s".to_owned(),
            left: "59:59 left".to_owned(),
        }
    }

    #[test]
    fn a_narrow_terminal_loses_the_bar_first_and_the_percentage_never() {
        let lines = [100, 80, 60, 40, 30, 20, 10].map(|columns| {
            let name = "holiday-in-the-mountains.mp4";
            Layout::fit(columns, name.len()).bytes(name, &widest(), false)
        });
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn an_unknown_speed_leaves_its_place_empty() {
        let amounts = Amounts {
            speed: String::new(),
            ..widest()
        };
        let line = Layout::fit(60, 8).bytes("clip.mp4", &amounts, false);
        assert_eq!(
            line,
            "clip.mp4   99%  1022/1023 MiB              59:59 left"
        );
    }

    #[test]
    fn no_line_wraps() {
        let sentences = ["无法连接 OSS，正在重试，1:40 后放弃", "重试中，1:40 后放弃"];
        for columns in DONE + 1..300 {
            for name in ["a", "clip.mp4", "我的假期视频.mp4", &"x".repeat(200)] {
                let layout = Layout::fit(columns, measure_text_width(name));
                let lines = [
                    layout.bytes(name, &widest(), true),
                    layout.sentence(name, "| ", sentences, true),
                ];
                for line in lines {
                    let width = measure_text_width(&line);
                    assert!(width < columns, "`{line}` in {columns} columns");
                }
            }
        }
    }

    #[test]
    fn a_sentence_that_does_not_fit_gives_way_to_the_short_one() {
        let sentences = [
            "cannot reach OSS, retrying, gives up in 1:40",
            "retrying for up to 1:40",
        ];
        for (columns, expected) in [
            (60, "clip.mp4  cannot reach OSS, retrying, gives up in 1:40"),
            (40, "clip.mp4  retrying for up to 1:40"),
            (30, "clip.mp4  retrying for up t..."),
        ] {
            let line = Layout::fit(columns + 1, 8).sentence("clip.mp4", "", sentences, false);
            assert_eq!(line, expected);
        }
    }
}
