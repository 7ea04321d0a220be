//! Plain lines for a stderr that is no terminal: few enough for a log, often enough to show that the upload lives.

use std::time::{Duration, Instant};

use vectcut_upload::Step;

use super::Position;
use super::speed::time_left;
use crate::amounts;
use crate::failure::doing;
use crate::words::{Text, progress};

/// Time between two lines, and before the first: a small file shows none.
const QUIET: Duration = Duration::from_secs(5);

/// The lines of one file.
pub(super) struct Lines {
    name: String,
    last: Instant,
}

impl Lines {
    pub(super) fn new(name: String, now: Instant) -> Self {
        Self { name, last: now }
    }

    /// Returns the next line when it is due.
    pub(super) fn due(
        &mut self,
        at: Position,
        per_second: Option<f64>,
        now: Instant,
    ) -> Option<Text> {
        if now.saturating_duration_since(self.last) < QUIET {
            return None;
        }
        self.last = now;
        Some(progress::line(&self.name, words(at, per_second)))
    }
}

fn words(at: Position, per_second: Option<f64>) -> Text {
    let all = amounts::bytes(at.len_bytes);
    match at.step {
        _ if at.is_waiting() => match at.safe_bytes {
            0 => progress::all_sent(all),
            safe_bytes => progress::all_sent_some_safe(all, amounts::bytes(safe_bytes)),
        },
        _ if at.is_compared => progress::comparing(),
        Some(Step::Put) => {
            let percent = amounts::percent(at.done_bytes, at.len_bytes);
            let sent = amounts::bytes_of(at.done_bytes, at.len_bytes);
            let mut words = progress::sent(percent, sent);
            if let Some(per_second) = per_second {
                words = words.then(&progress::at_rate(amounts::rate(per_second)));
            }
            let rest_bytes = at.len_bytes.saturating_sub(at.sent_bytes);
            if let Some(left) = time_left(rest_bytes, per_second) {
                words = words.then(&progress::time_left(amounts::duration(left)));
            }
            words
        }
        Some(Step::Read) => doing(Step::Read),
        Some(step) => progress::waiting_for_backend(doing(step)),
        None => progress::not_begun(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::words::Language;

    const MIB: u64 = 1024 * 1024;

    fn at(step: Step, sent_bytes: u64) -> Position {
        Position {
            step: Some(step),
            done_bytes: sent_bytes,
            sent_bytes,
            len_bytes: 12 * MIB,
            ..Position::default()
        }
    }

    #[test]
    fn a_line_is_due_every_few_seconds() {
        let begun = clock::now();
        let second = |number| begun + Duration::from_secs(number);
        let speed = Some(MIB as f64);
        let mut lines = Lines::new("clip.mp4".into(), begun);
        assert_eq!(lines.due(at(Step::Put, 0), None, second(4)), None);
        assert_eq!(
            lines
                .due(at(Step::Put, 5 * MIB), speed, second(5))
                .map(|line| line.to(Language::English).to_owned())
                .as_deref(),
            Some("`clip.mp4`: uploading, 41% (5.0/12.0 MiB), 1.0 MiB/s, 7.0 s left")
        );
        assert_eq!(lines.due(at(Step::Put, 6 * MIB), speed, second(6)), None);
    }

    #[test]
    fn each_step_has_its_words() {
        for (at, per_second, expected) in [
            (at(Step::Init, 0), None, "preparing, waiting for VectCut"),
            (at(Step::Put, 0), None, "uploading, 0% (0.0/12.0 MiB)"),
            (
                at(Step::Put, 6 * MIB),
                Some(0.0),
                "uploading, 50% (6.0/12.0 MiB), 0 B/s",
            ),
            (
                at(Step::Put, 12 * MIB),
                None,
                "uploading, all 12.0 MiB sent, waiting for OSS",
            ),
            (
                at(Step::Complete, 12 * MIB),
                None,
                "finishing, waiting for VectCut",
            ),
        ] {
            assert_eq!(words(at, per_second).to(Language::English), expected);
        }
    }
}
