//! Plain lines for stderr that is no terminal: few enough for a log, often enough to show life.

use std::time::{Duration, Instant};

use vectcut_upload::Step;

use super::Position;
use crate::amounts;

/// How long it is quiet between two lines, and before the first: a small file says nothing until it is up.
const QUIET: Duration = Duration::from_secs(5);

/// When the last line was told, and what it told.
pub(super) struct Lines {
    name: String,
    last: Instant,
    last_at: Position,
}

impl Lines {
    pub(super) fn new(name: String, now: Instant) -> Self {
        Self {
            name,
            last: now,
            last_at: Position::default(),
        }
    }

    /// Returns the next line, when it is due.
    pub(super) fn due(&mut self, at: Position, now: Instant) -> Option<String> {
        let since = now.saturating_duration_since(self.last);
        if since < QUIET {
            return None;
        }
        let moved = at.sent_bytes.saturating_sub(self.last_at.sent_bytes);
        let words = words(at, moved as f64 / since.as_secs_f64());
        self.last = now;
        self.last_at = at;
        Some(format!("`{}`: {words}", self.name))
    }
}

fn words(at: Position, bytes_per_second: f64) -> String {
    let all = amounts::bytes(at.len_bytes);
    match at.step {
        _ if at.is_waiting() => format!("put, all {all} sent, waiting for OSS"),
        _ if at.is_compared => "fetching the URL back and comparing".to_owned(),
        Some(Step::Put) => {
            let percent = amounts::percent(at.sent_bytes, at.len_bytes);
            let sent = amounts::bytes_of(at.sent_bytes, at.len_bytes);
            let rate = amounts::rate(bytes_per_second);
            let left = at.len_bytes.saturating_sub(at.sent_bytes) as f64 / bytes_per_second;
            match Duration::try_from_secs_f64(left) {
                Ok(left) => {
                    let left = amounts::duration(left);
                    format!("put, {percent}% ({sent}), {rate}, {left} left")
                }
                // Nothing moved, so nobody knows.
                Err(_) => format!("put, {percent}% ({sent}), {rate}"),
            }
        }
        Some(step) => format!("{step}, waiting for VectCut"),
        None => "not begun".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    const MIB: u64 = 1024 * 1024;

    fn at(step: Step, sent_bytes: u64) -> Position {
        Position {
            step: Some(step),
            sent_bytes,
            len_bytes: 12 * MIB,
            is_compared: false,
        }
    }

    #[test]
    fn a_line_falls_due_every_few_seconds() {
        let begun = clock::now();
        let second = |number| begun + Duration::from_secs(number);
        let mut lines = Lines::new("clip.mp4".into(), begun);
        assert_eq!(lines.due(at(Step::Put, 0), second(4)), None);
        assert_eq!(
            lines.due(at(Step::Put, 5 * MIB), second(5)).as_deref(),
            Some("`clip.mp4`: put, 41% (5.0/12.0 MiB), 1.0 MiB/s, 7.0 s left")
        );
        assert_eq!(lines.due(at(Step::Put, 6 * MIB), second(6)), None);
        assert_eq!(
            lines.due(at(Step::Put, 5 * MIB), second(10)).as_deref(),
            Some("`clip.mp4`: put, 41% (5.0/12.0 MiB), 0 B/s")
        );
        assert_eq!(
            lines.due(at(Step::Put, 12 * MIB), second(15)).as_deref(),
            Some("`clip.mp4`: put, all 12.0 MiB sent, waiting for OSS")
        );
        assert_eq!(
            lines
                .due(at(Step::Complete, 12 * MIB), second(20))
                .as_deref(),
            Some("`clip.mp4`: complete, waiting for VectCut")
        );
    }
}
