//! The bar on a terminal.

use std::time::{Duration, Instant};

use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use vectcut_upload::Step;

use super::Position;
use super::layout::Layout;
use crate::amounts;

/// How often the spinner of a line that waits turns.
const REDRAW: Duration = Duration::from_millis(250);
/// The width to assume of a terminal that does not tell its own.
const COLUMNS: usize = 80;

/// How long what is shown stays at least: nobody reads faster.
const STAYS: Duration = Duration::from_millis(100);

/// One line at the bottom of the terminal; it is gone when it is dropped.
pub(super) struct Bar {
    bars: MultiProgress,
    bar: ProgressBar,
    name: String,
    /// The columns of the longest name in the run, so that the bars stand under each other.
    name_columns: usize,
    colour: bool,
    shown: Option<Shown>,
}

/// What the line was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    at: Position,
    layout: Layout,
    since: Instant,
}

impl Bar {
    pub(super) fn new(
        bars: &MultiProgress,
        name: String,
        name_columns: usize,
        colour: bool,
    ) -> Self {
        let bar = bars.add(ProgressBar::no_length());
        bar.enable_steady_tick(REDRAW);
        Self {
            bars: bars.clone(),
            bar,
            name,
            name_columns,
            colour,
            shown: None,
        }
    }

    pub(super) fn show(&mut self, at: Position, per_second: Option<f64>, now: Instant) {
        let before = self.shown;
        let is_same_kind = before.is_some_and(|before| {
            before.at.step == at.step && is_sending(before.at) == is_sending(at)
        });
        if let Some(before) = before
            && is_same_kind
            && now.saturating_duration_since(before.since) < STAYS
        {
            return;
        }
        let columns = Term::stderr().size_checked().map(|(_, columns)| columns);
        let columns = columns.map_or(COLUMNS, usize::from);
        let layout = Layout::fit(columns, self.name_columns);
        if !is_same_kind || before.map(|before| before.layout) != Some(layout) {
            let name = truncate_str(&self.name, layout.name, "…").into_owned();
            self.bar.set_prefix(name);
            self.bar.set_style(style(&if is_sending(at) {
                layout.sending(self.colour)
            } else {
                layout.waiting(self.colour)
            }));
        }
        if is_sending(at) {
            self.bar.set_length(at.len_bytes);
            self.bar.set_position(at.done_bytes);
            self.bar.set_message(layout.words(at, per_second));
        } else {
            self.bar.set_message(sentence(at));
        }
        self.shown = Some(Shown {
            at,
            layout,
            since: now,
        });
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        // Otherwise what it drew last could stay above lines that are told later.
        self.bars.remove(&self.bar);
    }
}

fn is_sending(at: Position) -> bool {
    at.step == Some(Step::Put) && !at.is_waiting()
}

fn sentence(at: Position) -> String {
    match at.step {
        _ if at.is_waiting() => {
            let all = amounts::bytes(at.len_bytes);
            match at.safe_bytes {
                0 => format!("put: all {all} sent, waiting for OSS"),
                safe_bytes => format!(
                    "put: all {all} sent, OSS has {}",
                    amounts::bytes(safe_bytes)
                ),
            }
        }
        _ if at.is_compared => "fetching the URL back and comparing".to_owned(),
        Some(Step::Init) => "init: asking VectCut where to put it".to_owned(),
        Some(Step::Complete) => "complete: asking VectCut for the URL".to_owned(),
        Some(step) => step.to_string(),
        None => String::new(),
    }
}

fn style(template: &str) -> ProgressStyle {
    // The layouts are tested; a bar without its template would only be plainer.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█▉▊▋▌▍▎▏ ")
}
