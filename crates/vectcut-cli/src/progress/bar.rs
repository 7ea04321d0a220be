//! The bar on a terminal.

use std::time::{Duration, Instant};

use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use vectcut_upload::Step;

use super::Position;
use super::layout::Layout;
use crate::amounts;
use crate::failure::doing;
use crate::words::{Language, Text, progress};

/// How often the spinner of a waiting line turns.
const REDRAW: Duration = Duration::from_millis(250);
/// The width assumed for a terminal that does not report it.
const COLUMNS: usize = 80;

/// Minimum time that a state stays on the screen: nobody reads faster.
const STAYS: Duration = Duration::from_millis(100);

/// One line at the bottom of the terminal. Dropping it removes the line.
pub(super) struct Bar {
    bars: MultiProgress,
    bar: ProgressBar,
    name: String,
    /// Columns of the longest name in the run, so that the bars are aligned.
    name_columns: usize,
    color: bool,
    language: Language,
    shown: Option<Shown>,
}

/// What the line shows now.
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
        color: bool,
        language: Language,
    ) -> Self {
        let bar = bars.add(ProgressBar::no_length());
        bar.enable_steady_tick(REDRAW);
        Self {
            bars: bars.clone(),
            bar,
            name,
            name_columns,
            color,
            language,
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
                layout.sending(self.color)
            } else {
                layout.waiting(self.color)
            }));
        }
        if is_sending(at) {
            self.bar.set_length(at.len_bytes);
            self.bar.set_position(at.done_bytes);
            self.bar
                .set_message(layout.words(at, per_second, self.language));
        } else {
            self.bar
                .set_message(sentence(at).to(self.language).to_owned());
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
        // Otherwise its last frame could stay on the screen above later lines.
        self.bars.remove(&self.bar);
    }
}

fn is_sending(at: Position) -> bool {
    at.step == Some(Step::Put) && !at.is_waiting()
}

fn sentence(at: Position) -> Text {
    match at.step {
        _ if at.is_waiting() => {
            let all = amounts::bytes(at.len_bytes);
            match at.safe_bytes {
                0 => progress::all_sent(all),
                safe_bytes => progress::all_sent_some_safe(all, amounts::bytes(safe_bytes)),
            }
        }
        _ if at.is_compared => progress::comparing(),
        Some(Step::Init) => progress::getting_credentials(),
        Some(Step::Complete) => progress::getting_url(),
        Some(step) => doing(step),
        None => Text::same(""),
    }
}

fn style(template: &str) -> ProgressStyle {
    // Tests cover every layout. If one failed here, the bar would only be plainer.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█▉▊▋▌▍▎▏ ")
}
