//! The bar on a terminal. What matters most stands first: a narrow terminal loses the bar, then the time left.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use vectcut_upload::Step;

use super::Position;
use crate::amounts;

const NAME_COLUMNS_MAX: usize = 24;
/// How often a bar is drawn again when nothing moves, so that rate and time left do not lie.
const REDRAW: Duration = Duration::from_millis(250);

/// One line at the bottom of the terminal; it is gone when it is dropped.
pub(super) struct Bar {
    bar: ProgressBar,
    sending: ProgressStyle,
    waiting: ProgressStyle,
    shown: Option<Position>,
}

impl Bar {
    pub(super) fn new(bars: &MultiProgress, name: &str, colour: bool) -> Self {
        let bar = bars.add(ProgressBar::no_length());
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(REDRAW);
        let columns = columns(name).min(NAME_COLUMNS_MAX);
        let (name_style, bar_style) = if colour {
            (".bold", ".cyan/dim")
        } else {
            ("", "")
        };
        let name = format!("{{prefix:{columns}!{name_style}}}");
        Self {
            bar,
            sending: style(&format!(
                "{name}  {{msg}} {{done:>4}}  {{sent:>15}}  {{speed:>12}}  {{left:>12}}  {{wide_bar:{bar_style}}}"
            )),
            waiting: style(&format!("{name}  {{msg}} {{spinner}}")),
            shown: None,
        }
    }

    pub(super) fn show(&mut self, at: Position) {
        if self.shown == Some(at) {
            return;
        }
        let is_sending = |at: Position| at.step == Some(Step::Put) && !at.is_waiting();
        let begins = is_sending(at) && !self.shown.is_some_and(is_sending);
        if begins {
            // Rate and time left count from the first byte, not from the wait for init.
            self.bar.reset();
            self.bar.set_style(self.sending.clone());
        } else if !is_sending(at) {
            self.bar.set_style(self.waiting.clone());
        }
        self.bar.set_message(message(at));
        if at.len_bytes > 0 {
            self.bar.set_length(at.len_bytes);
            self.bar.set_position(at.sent_bytes);
        }
        self.shown = Some(at);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn message(at: Position) -> String {
    match at.step {
        _ if at.is_waiting() => {
            let all = amounts::bytes(at.len_bytes);
            format!("put: sent all {all}, waiting for OSS")
        }
        _ if at.is_compared => "fetching the URL back and comparing".to_owned(),
        Some(Step::Init) => "init: asking VectCut where to put it".to_owned(),
        Some(Step::Complete) => "complete: asking VectCut for the URL".to_owned(),
        Some(step) => step.to_string(),
        None => String::new(),
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants of this file, and the tests draw them; without one the bar is only plainer.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█▉▊▋▌▍▎▏ ")
        .with_key("done", |state: &ProgressState, text: &mut dyn Write| {
            let _ = write!(text, "{}%", amounts::percent(state.pos(), len(state)));
        })
        .with_key("sent", |state: &ProgressState, text: &mut dyn Write| {
            let _ = text.write_str(&amounts::bytes_of(state.pos(), len(state)));
        })
        .with_key("speed", |state: &ProgressState, text: &mut dyn Write| {
            let _ = text.write_str(&amounts::rate(state.per_sec()));
        })
        .with_key("left", |state: &ProgressState, text: &mut dyn Write| {
            let left = state.eta();
            if state.pos() > 0 && !left.is_zero() {
                let _ = write!(text, "{} left", amounts::duration(left));
            }
        })
}

fn len(state: &ProgressState) -> u64 {
    state.len().unwrap_or_default()
}

/// Returns about how many columns a name takes: East Asian characters are twice as wide.
fn columns(name: &str) -> usize {
    let wide = |character: char| if character.is_ascii() { 1 } else { 2 };
    name.chars().map(wide).sum()
}
