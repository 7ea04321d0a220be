//! The faults of a sandbox, and which of them strike a request.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::{Effect, Fault, Times};
use crate::step::Step;

/// The faults of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    armed: Mutex<Vec<Armed>>,
}

/// How often a fault has struck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultTally {
    /// The fault.
    pub fault: Fault,
    /// The number of requests that it has struck.
    pub strikes: u32,
}

impl FaultTally {
    /// Returns whether it has struck as often as it should: [`times`](Fault::times) times, or once where there is no
    /// number.
    pub fn is_served(&self) -> bool {
        match self.fault.times {
            Times::Exactly(times) => self.strikes >= times,
            Times::Always => self.strikes > 0,
        }
    }
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    requests_seen: u32,
    matched: u32,
    struck: u32,
    ends_at: Option<Instant>,
}

/// The faults that struck a request, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Interference(Vec<Fault>);

impl Interference {
    /// Returns what to call them.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.0.iter().map(Fault::label).collect()
    }

    /// Returns whether any of them has this effect.
    pub(crate) fn any(&self, effect: impl Fn(&Effect) -> Option<()>) -> bool {
        self.all(effect).next().is_some()
    }

    /// Returns the value of the last that has this effect.
    pub(crate) fn last<T>(&self, effect: impl Fn(&Effect) -> Option<T>) -> Option<T> {
        self.all(effect).last()
    }

    /// Returns the values of all that have this effect.
    pub(crate) fn all<T>(&self, effect: impl Fn(&Effect) -> Option<T>) -> impl Iterator<Item = T> {
        self.0.iter().filter_map(move |fault| effect(&fault.effect))
    }
}

impl FaultBook {
    /// Adds a fault.
    pub(crate) fn inject(&self, fault: Fault) {
        self.lock().push(Armed {
            fault,
            requests_seen: 0,
            matched: 0,
            struck: 0,
            ends_at: None,
        });
    }

    /// Counts a request at `step`, and returns what strikes it.
    pub(crate) fn strike(
        &self,
        step: Step,
        part_number: Option<u16>,
        now: Instant,
    ) -> Interference {
        let mut armed = self.lock();
        let due = armed
            .iter_mut()
            .filter_map(|armed| armed.is_due(step, part_number, now).then_some(&armed.fault));
        Interference(due.cloned().collect())
    }

    /// Returns every fault with how often it has struck, in the order in which they were added.
    pub(crate) fn tallies(&self) -> Vec<FaultTally> {
        let tally = |armed: &Armed| FaultTally {
            fault: armed.fault.clone(),
            strikes: armed.struck,
        };
        self.lock().iter().map(tally).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn is_due(&mut self, step: Step, part_number: Option<u16>, now: Instant) -> bool {
        let enough_requests = self.requests_seen >= self.fault.after_requests;
        self.requests_seen = self.requests_seen.saturating_add(1);
        let meant = self.fault.target.covers(step)
            && (self.fault.part.is_none() || self.fault.part == part_number);
        if !enough_requests || !meant {
            return false;
        }
        self.matched = self.matched.saturating_add(1);
        let used_up = match self.fault.times {
            Times::Exactly(times) => self.struck >= times,
            Times::Always => false,
        };
        if self.matched <= self.fault.skip || used_up || self.ends_at.is_some_and(|end| end <= now)
        {
            return false;
        }
        if self.struck == 0 {
            self.ends_at = self
                .fault
                .lasting
                .and_then(|duration| now.checked_add(duration));
        }
        self.struck = self.struck.saturating_add(1);
        true
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests measure how long things take"
)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Returns which of `requests` the fault struck, as a string of `x` and `.`.
    fn strikes(fault: Fault, requests: &[(Step, Option<u16>)]) -> String {
        let book = FaultBook::default();
        book.inject(fault);
        let now = Instant::now();
        requests
            .iter()
            .map(|(step, part)| {
                if book.strike(*step, *part, now).any(Effect::wrong_crc) {
                    'x'
                } else {
                    '.'
                }
            })
            .collect()
    }

    fn parts(numbers: impl IntoIterator<Item = u16>) -> Vec<(Step, Option<u16>)> {
        numbers
            .into_iter()
            .map(|number| (Step::UploadPart, Some(number)))
            .collect()
    }

    #[test]
    fn a_fault_strikes_when_it_was_told_to() {
        let fault = || Fault::at(Step::UploadPart).wrong_crc();
        assert_eq!(strikes(fault(), &parts(1..=4)), "x...");
        assert_eq!(
            strikes(fault().skipping(1).times(2), &parts(1..=5)),
            ".xx.."
        );
        assert_eq!(strikes(fault().always(), &parts(1..=3)), "xxx");
        assert_eq!(
            strikes(fault().on_part(2).times(2), &parts([1, 2, 3, 2, 2])),
            ".x.x."
        );
        assert_eq!(
            strikes(
                fault().after_requests(2),
                &[
                    (Step::Init, None),
                    (Step::UploadPart, Some(1)),
                    (Step::UploadPart, Some(2))
                ]
            ),
            "..x"
        );
        assert_eq!(
            strikes(fault(), &[(Step::PutObject, None), (Step::Init, None)]),
            ".."
        );
    }

    #[test]
    fn a_lasting_fault_ends_after_its_time() {
        let book = FaultBook::default();
        book.inject(
            Fault::at(Step::PutObject)
                .wrong_crc()
                .lasting(Duration::from_secs(2)),
        );
        let start = Instant::now();
        let struck = [0, 1, 3].map(|second| {
            book.strike(Step::PutObject, None, start + Duration::from_secs(second))
                .any(Effect::wrong_crc)
        });
        assert_eq!(struck, [true, true, false]);
    }

    #[test]
    fn strikes_are_counted() {
        let book = FaultBook::default();
        let twice = Fault::at(Step::Init).status(500).times(2);
        book.inject(twice.clone());
        book.inject(Fault::at(Step::Init).status(500).always());
        book.strike(Step::Init, None, Instant::now());
        let tallies = book.tallies();
        let told: Vec<_> = tallies
            .iter()
            .map(|tally| (tally.strikes, tally.is_served()))
            .collect();
        assert_eq!(tallies[0].fault, twice);
        assert_eq!(told, [(1, false), (1, true)]);
    }
}
