//! Runs commands in turn and compares what they took, pair by pair.
//!
//! `tests/bench/peers/measure.py` does the measuring: the standard library has no way to ask the kernel what a finished
//! process used.

use std::fs;
use std::io;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{self, output};
use crate::site::Site;

const MEASURE: &str = "tests/bench/peers/measure.py";

/// What one run of a command took.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// Wall time from start to end, in seconds.
    pub(crate) wall: f64,
    /// User and system time over all cores, in seconds.
    pub(crate) cpu: f64,
    /// Peak resident memory, in bytes.
    pub(crate) peak: f64,
}

/// The runs of one command, in order.
pub(crate) struct Runs(Vec<Run>);

/// The median, the smallest and the largest of some figures.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// Sorts the figures and takes both ends and the middle; without figures all three are NaN.
    pub(crate) fn of(mut figures: Vec<f64>) -> Self {
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
    pub(crate) fn spread(&self, figure: impl Fn(&Run) -> f64) -> Spread {
        Spread::of(self.0.iter().map(figure).collect())
    }

    /// Returns the spread of a figure computed from one run of each command, both from the same round.
    pub(crate) fn paired(&self, other: &Self, figure: impl Fn(&Run, &Run) -> f64) -> Spread {
        let pairs = self.0.iter().zip(&other.0);
        Spread::of(pairs.map(|(run, other)| figure(run, other)).collect())
    }
}

/// A command that takes its turn in each round.
pub(crate) struct Turn<'a> {
    command: &'a Command,
    /// It sits out the rounds after so many, and is not warmed up.
    rounds_max: Option<usize>,
}

impl<'a> From<&'a Command> for Turn<'a> {
    fn from(command: &'a Command) -> Self {
        Self::at_most(command, None)
    }
}

impl<'a> Turn<'a> {
    /// A command that takes long, and runs so many times at most.
    pub(crate) fn at_most(command: &'a Command, rounds_max: Option<usize>) -> Self {
        Self {
            command,
            rounds_max,
        }
    }
}

/// Runs each command once to warm up, then all of them in turn for `rounds` rounds.
///
/// `{run}` in an argument becomes the number of the run.
pub(crate) fn contest<const N: usize>(
    site: &Site,
    rounds: usize,
    commands: [&Command; N],
) -> io::Result<[Runs; N]> {
    let runs = contest_of(site, rounds, &commands.map(Turn::from))?;
    <[Runs; N]>::try_from(runs)
        .map_err(|_| io::Error::other(format!("`{MEASURE}` did not measure every command")))
}

/// As [`contest`], for commands of which some take too long for all rounds.
pub(crate) fn contest_of(site: &Site, rounds: usize, turns: &[Turn<'_>]) -> io::Result<Vec<Runs>> {
    let commands: Vec<Value> = turns.iter().map(described).collect();
    let job = json!({ "warm_ups": 1, "rounds": rounds, "commands": commands });
    let file = site.path("job.json");
    fs::write(&file, job.to_string()).map_err(|error| {
        io::Error::other(format!("could not write `{}`: {error}", file.display()))
    })?;
    let script = process::root().join(MEASURE);
    let printed = output(
        Command::new("python3")
            .args(["-I", "-S"])
            .arg(script)
            .arg(&file),
    )?;
    let measured: Vec<Vec<[f64; 3]>> = serde_json::from_str(&printed).map_err(|error| {
        io::Error::other(format!("`{MEASURE}` printed something unexpected: {error}"))
    })?;
    let runs = measured
        .into_iter()
        .map(|runs| Runs(runs.into_iter().map(Run::from).collect()));
    Ok(runs.collect())
}

impl From<[f64; 3]> for Run {
    fn from([wall, cpu, peak]: [f64; 3]) -> Self {
        Self { wall, cpu, peak }
    }
}

/// A command as the script reads it: its arguments and the environment variables that it adds.
fn described(turn: &Turn<'_>) -> Value {
    let command = turn.command;
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
    json!({ "argv": argv, "env": env, "rounds_max": turn.rounds_max })
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
        let expected = json!({
            "argv": ["curl", "-T", "clip.mp4"], "env": { "A": "b" }, "rounds_max": 2
        });
        assert_eq!(described(&Turn::at_most(&command, Some(2))), expected);
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
