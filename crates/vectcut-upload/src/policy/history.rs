//! What happened to an upload over all its runs, and when another start has no prospect: pure.

use serde::{Deserialize, Serialize};

/// How often sent bytes may be lost, in all runs.
const LOSSES_MAX: u32 = 2;

/// How often new credentials may be for another object key, in all runs.
const MOVES_MAX: u32 = 3;

/// How often credentials may be replaced before a byte was accepted. After that no credentials help.
const REPLACEMENTS_MAX: u32 = 3;

/// How many PUTs of the whole file may be begun and not finished, in all runs.
const PUTS_MAX: u32 = 10;

/// The events of the past that decide how to send, and when to give up. Each may happen a few times only, so that an
/// upload always ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct History {
    /// How often OSS lost what was sent.
    losses: u32,
    /// How often new credentials were for another object key, so that all parts were lost.
    pub(crate) moves: u32,
    /// How many PUTs of the whole file were begun. A finished one ends the counting.
    pub(crate) puts: u32,
    /// How often credentials were replaced before OSS accepted a byte.
    replacements: u32,
    /// How many runs began since OSS last acknowledged something.
    barren_runs: u32,
    /// Whether the policy of the credentials denies parts.
    pub(crate) parts_denied: bool,
}

/// How many runs in a row may acknowledge nothing before the next one is not recommended any more.
const BARREN_RUNS_MAX: u32 = 5;

/// Another start has no prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooOften;

impl History {
    /// OSS lost what was sent.
    ///
    /// # Errors
    ///
    /// Fails when that happened too often.
    pub(crate) fn lost(&mut self) -> Result<(), TooOften> {
        count(&mut self.losses, LOSSES_MAX)
    }

    /// The new credentials are for another object key.
    ///
    /// # Errors
    ///
    /// Fails when that happened too often.
    pub(crate) fn moved(&mut self) -> Result<(), TooOften> {
        count(&mut self.moves, MOVES_MAX)
    }

    /// The credentials were replaced before OSS accepted a byte.
    ///
    /// # Errors
    ///
    /// Fails when that happened too often since OSS last accepted something.
    pub(crate) fn replaced(&mut self) -> Result<(), TooOften> {
        count(&mut self.replacements, REPLACEMENTS_MAX)
    }

    /// A run begins.
    pub(crate) fn run_began(&mut self) {
        self.barren_runs = self.barren_runs.saturating_add(1);
        self.replacements = 0;
    }

    /// OSS acknowledged a part or the whole.
    pub(crate) fn progressed(&mut self) {
        self.barren_runs = 0;
    }

    /// Returns whether so many runs acknowledged nothing that another one has no prospect.
    pub(crate) fn is_barren(&self) -> bool {
        self.barren_runs >= BARREN_RUNS_MAX
    }

    /// The PUT that began last was refused because of its credentials, so it does not count.
    pub(crate) fn put_was_refused(&mut self) {
        self.puts = self.puts.saturating_sub(1);
    }

    /// A PUT of the whole file begins.
    ///
    /// # Errors
    ///
    /// Fails when too many did not finish.
    pub(crate) fn put(&mut self) -> Result<(), TooOften> {
        count(&mut self.puts, PUTS_MAX)
    }
}

fn count(events: &mut u32, max: u32) -> Result<(), TooOften> {
    if *events >= max {
        return Err(TooOften);
    }
    *events += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_may_happen_a_few_times() {
        let mut history = History::default();
        let losses = std::iter::repeat_with(|| history.lost())
            .take_while(Result::is_ok)
            .count();
        let moves = std::iter::repeat_with(|| history.moved())
            .take_while(Result::is_ok)
            .count();
        let puts = std::iter::repeat_with(|| history.put())
            .take_while(Result::is_ok)
            .count();
        assert_eq!((losses, moves, puts), (2, 3, 10));
    }
}
