//! Runs commands in turn and compares what they took, pair by pair.
//!
//! The measuring itself is `tests/peers/bench_measure.py`: the kernel's account of a process that has ended is not to be
//! had from the standard library.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::site::Site;
use crate::process::{Failure, output};
use crate::workspace;

const MEASURE: &str = "tests/peers/bench_measure.py";

/// What one run of a command took.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// From its start to its end, in seconds.
    pub(super) wall: f64,
    /// In user and kernel mode, over all cores, in seconds.
    pub(super) cpu: f64,
    /// The most memory that was resident at once, in bytes.
    pub(super) peak: f64,
}

/// The runs of one command, in their order.
pub(super) struct Runs(Vec<Run>);

/// The median of some figures, the smallest and the largest.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl Spread {
    /// Sorts the figures and looks at both ends and the middle; without figures all three are no number.
    pub(super) fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |rank: usize| figures.get(rank).copied().unwrap_or(f64::NAN);
        let count = figures.len();
        Self {
            low: at(0),
            median: f64::midpoint(at(count.saturating_sub(1) / 2), at(count / 2)),
            high: at(count.saturating_sub(1)),
        }
    }
}

impl Runs {
    /// Returns the spread of one figure.
    pub(super) fn spread(&self, figure: impl Fn(&Run) -> f64) -> Spread {
        Spread::of(self.0.iter().map(figure).collect())
    }

    /// Returns the spread of a figure that takes a run of each, out of the same round.
    pub(super) fn paired(&self, other: &Self, figure: impl Fn(&Run, &Run) -> f64) -> Spread {
        let pairs = self.0.iter().zip(&other.0);
        Spread::of(pairs.map(|(run, other)| figure(run, other)).collect())
    }
}

/// Runs each command once to warm up, then all of them in turn for so many rounds.
///
/// `{run}` in an argument becomes the number of the run.
pub(super) fn contest<const N: usize>(
    site: &Site,
    rounds: usize,
    commands: [&Command; N],
) -> Result<[Runs; N], Failure> {
    let commands: Vec<Value> = commands.into_iter().map(described).collect();
    let job = json!({ "warm_ups": 1, "rounds": rounds, "commands": commands });
    let file = site.path("job.json");
    fs::write(&file, job.to_string())
        .map_err(|error| Failure::new(format!("could not write `{}`: {error}", file.display())))?;
    let script = workspace::root().join(MEASURE);
    let answer = output(
        Command::new("python3")
            .args(["-I", "-S"])
            .arg(script)
            .arg(&file),
    )?;
    let measured: Vec<Vec<[f64; 3]>> = serde_json::from_str(&answer).map_err(|error| {
        Failure::new(format!("`{MEASURE}` did not answer as it should: {error}"))
    })?;
    let runs: Vec<Runs> = measured
        .into_iter()
        .map(|runs| runs.into_iter().map(Run::from).collect())
        .map(Runs)
        .collect();
    <[Runs; N]>::try_from(runs)
        .map_err(|_| Failure::new(format!("`{MEASURE}` did not measure every command")))
}

impl From<[f64; 3]> for Run {
    fn from([wall, cpu, peak]: [f64; 3]) -> Self {
        Self { wall, cpu, peak }
    }
}

/// A command as the script reads it: its words, and the variables that were set.
fn described(command: &Command) -> Value {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let argv: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let env: serde_json::Map<String, Value> = command
        .get_envs()
        .filter_map(|(name, value)| {
            let value = value?.to_string_lossy().into_owned();
            Some((name.to_string_lossy().into_owned(), value.into()))
        })
        .collect();
    json!({ "argv": argv, "env": env })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_lies_in_the_middle() {
        let Spread { low, median, high } = Spread::of(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!([low, median, high], [1.0, 2.5, 4.0]);
    }

    #[test]
    fn a_command_is_described_with_its_words_and_variables() {
        let mut command = Command::new("curl");
        command.args(["-T", "clip.mp4"]).env("A", "b");
        let expected = json!({ "argv": ["curl", "-T", "clip.mp4"], "env": { "A": "b" } });
        assert_eq!(described(&command), expected);
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let runs = |walls: [f64; 3]| Runs(walls.map(|wall| Run::from([wall, 0.0, 0.0])).to_vec());
        let ours = runs([2.0, 4.0, 9.0]);
        let ratios = ours.paired(&runs([1.0, 2.0, 3.0]), |ours, theirs| {
            ours.wall / theirs.wall
        });
        assert_eq!([ratios.low, ratios.median, ratios.high], [2.0, 2.0, 3.0]);
    }
}
