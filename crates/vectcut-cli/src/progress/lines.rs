//! Plain lines for a stderr that is no terminal: few enough for a log, often enough to show that the upload lives.

use std::time::{Duration, Instant};

use super::panel::{Row, Total};
use super::sentence::sentences;
use super::speed::time_left;
use crate::amounts;
use crate::words::{Text, progress};

/// Time between two lines, and before the first: a small file shows none.
const QUIET: Duration = Duration::from_secs(10);

/// The lines of all files together.
#[derive(Debug)]
pub(super) struct Lines {
    last: Instant,
}

impl Lines {
    pub(super) fn new(now: Instant) -> Self {
        Self { last: now }
    }

    /// Returns the next line when it is due.
    pub(super) fn due(&mut self, rows: &[Row<'_>], total: Total, now: Instant) -> Option<Text> {
        if rows.is_empty() || now.saturating_duration_since(self.last) < QUIET {
            return None;
        }
        self.last = now;
        Some(match rows {
            [row] if total.files == 1 => progress::line(row.name, words(row, now)),
            _ => {
                let words = words_of_several(rows, total, now);
                progress::line_of_several(total.ended, total.files, words)
            }
        })
    }
}

fn words(row: &Row<'_>, now: Instant) -> Text {
    if !row.at.is_sending() {
        let [long, _] = sentences(row.at, now);
        return long;
    }
    let bytes = (row.at.done_bytes, row.at.len_bytes);
    sent(bytes, row.at.rest_bytes(), row.per_second)
}

/// Returns the words about all files, and about one that waits for a server.
fn words_of_several(rows: &[Row<'_>], total: Total, now: Instant) -> Text {
    let bytes = (total.done_bytes, total.len_bytes);
    let words = sent(bytes, total.rest_bytes, total.per_second);
    match rows.iter().find(|row| row.at.wait.is_some()) {
        Some(row) => {
            let [long, _] = sentences(row.at, now);
            words.then(&progress::one_waits(progress::line(row.name, long)))
        }
        None => words,
    }
}

fn sent((done_bytes, len_bytes): (u64, u64), rest: u64, per_second: Option<f64>) -> Text {
    let percent = amounts::percent(done_bytes, len_bytes);
    let mut words = progress::sent(percent, amounts::bytes_of(done_bytes, len_bytes));
    if let Some(per_second) = per_second {
        words = words.then(&progress::at_rate(amounts::rate(per_second)));
    }
    if let Some(left) = time_left(rest, per_second) {
        words = words.then(&progress::time_left(amounts::duration(left)));
    }
    words
}

#[cfg(test)]
mod tests {
    use vectcut_upload::Step;

    use super::super::position::{Position, Wait};
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

    fn row(at: Position, per_second: Option<f64>) -> Row<'static> {
        Row {
            name: "clip.mp4",
            at,
            per_second,
        }
    }

    fn total(files: usize) -> Total {
        Total {
            ended: 3,
            files,
            done_bytes: 5 * MIB,
            len_bytes: 20 * MIB,
            rest_bytes: 14 * MIB,
            per_second: Some(MIB as f64),
        }
    }

    #[test]
    fn a_line_is_due_every_ten_seconds_for_all_files_together() {
        let begun = clock::now();
        let second = |number| begun + Duration::from_secs(number);
        let mut lines = Lines::new(begun);
        let rows = [
            row(at(Step::Put, 5 * MIB), None),
            row(at(Step::Init, 0), None),
        ];
        let mut due = |number| {
            let line = lines.due(&rows, total(12), second(number))?;
            Some([Language::English, Language::Chinese].map(|it| line.to(it).to_owned()))
        };
        assert_eq!(due(9), None);
        let expected = [
            "3/12 files: uploading, 25% (5.0/20.0 MiB), 1.0 MiB/s, 14 s left",
            "3/12 个文件：上传中，25%（5.0/20.0 MiB），1.0 MiB/s，剩余 14 秒",
        ];
        assert_eq!(due(10), Some(expected.map(str::to_owned)));
        assert_eq!(due(19), None);
        assert!(due(20).is_some());
    }

    #[test]
    fn each_step_has_its_words() {
        let now = clock::now();
        let mut retrying = at(Step::Put, 6 * MIB);
        retrying.wait = Some(Wait::Server {
            step: Step::Put,
            is_unreachable: true,
            gives_up_at: Some(now + Duration::from_secs(100)),
            sent_bytes: 0,
        });
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
                "all 12.0 MiB sent, waiting for OSS",
            ),
            (
                retrying,
                None,
                "cannot reach OSS, retrying, gives up in 1:40",
            ),
            (
                at(Step::Complete, 12 * MIB),
                None,
                "finishing, waiting for VectCut",
            ),
        ] {
            let words = words(&row(at, per_second), now);
            assert_eq!(words.to(Language::English), expected);
        }
    }

    #[test]
    fn a_file_that_is_compared_with_an_earlier_upload_shows_how_far_that_is() {
        let now = clock::now();
        let mut compared = at(Step::Read, 0);
        let comparing = vectcut_upload::Event::Comparing {
            read_bytes: 3 * MIB,
            len_bytes: 12 * MIB,
        };
        compared.take(&comparing, now);
        let [long, short] = sentences(compared, now);
        for (text, language, expected) in [
            (
                &long,
                Language::English,
                "comparing with an earlier upload, 25% (3.0/12.0 MiB)",
            ),
            (
                &long,
                Language::Chinese,
                "正在与之前上传的文件比对，25%（3.0/12.0 MiB）",
            ),
            (&short, Language::English, "comparing, 25%"),
            (&short, Language::Chinese, "正在比对，25%"),
        ] {
            assert_eq!(text.to(language), expected);
        }
        // It was not the same, so it is sent.
        compared.take(&vectcut_upload::Event::Step(Step::Init), now);
        let [long, _] = sentences(compared, now);
        assert_eq!(long.to(Language::English), "preparing, waiting for VectCut");
    }

    #[test]
    fn a_file_that_waits_for_a_server_is_named_beside_the_total() {
        let now = clock::now();
        let mut waits = at(Step::Put, 0);
        waits.wait = Some(Wait::Server {
            step: Step::Init,
            is_unreachable: false,
            gives_up_at: None,
            sent_bytes: 0,
        });
        let words = words_of_several(&[row(waits, None)], total(4), now);
        assert!(
            words
                .to(Language::English)
                .ends_with("14 s left; `clip.mp4`: a request to VectCut failed, retrying"),
            "{words:?}"
        );
    }
}
