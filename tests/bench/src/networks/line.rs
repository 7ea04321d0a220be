//! A network and a file: how it is named, what is hoped for, and how it starts.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::process;
use crate::server::Server;

const SCRIPT: &str = "tests/bench/peers/network.py";
/// A random network on which `curl` would take longer is not measured.
const CURL_SECONDS_MAX: f64 = 20.0;
/// The emulator, the client and the server share a machine, which carries little more than this.
const LINK_MBIT_MAX: f64 = 300.0;

const MIB: u64 = 1024 * 1024;

/// A network and a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) rtt_ms: f64,
    /// Of all connections together, in Mbit/s; 0 is no limit.
    link_mbit: f64,
    /// Of one connection; 0 is no limit.
    connection_mbit: f64,
    /// Percent of the packets.
    loss: f64,
    /// How long a packet waits for the link at most.
    queue_ms: f64,
    file_kib: u64,
    pub(super) aim: Aim,
    /// How often the slowest program runs, where it takes minutes.
    pub(super) curl_rounds_max: Option<usize>,
}

/// How long an upload may take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    /// The time of `curl` and so many round trips.
    RoundTrips(f64),
    /// So many times the time of `curl`.
    Curl(f64),
    /// Seconds.
    Seconds(f64),
}

/// The networks of the page on performance.
pub(super) const LINES: [Line; 11] = [
    Line::new(200.0, 25, Aim::RoundTrips(4.0)).link(100.0),
    Line::new(100.0, 10, Aim::RoundTrips(4.0)).link(50.0),
    Line::new(40.0, 10, Aim::RoundTrips(4.0)).link(20.0),
    Line::new(40.0, 100, Aim::RoundTrips(4.0)).link(100.0),
    Line::new(40.0, 10, Aim::Curl(1.10)),
    Line::new(200.0, 25, Aim::Curl(0.85)),
    Line::new(40.0, 100, Aim::Curl(0.70)),
    Line::new(40.0, 100, Aim::Seconds(2.75))
        .link(400.0)
        .connection(50.0),
    Line::new(40.0, 100, Aim::Seconds(3.57)).loss(0.1),
    Line::new(40.0, 25, Aim::Seconds(4.51)).link(50.0).loss(0.1),
    Line::new(200.0, 25, Aim::Seconds(13.3))
        .loss(0.5)
        .without_curl(),
];

impl Line {
    const fn new(rtt_ms: f64, file_mib: u64, aim: Aim) -> Self {
        Self {
            rtt_ms,
            link_mbit: 0.0,
            connection_mbit: 0.0,
            loss: 0.0,
            queue_ms: 100.0,
            file_kib: file_mib * 1024,
            aim,
            curl_rounds_max: None,
        }
    }

    const fn link(mut self, mbit: f64) -> Self {
        self.link_mbit = mbit;
        self
    }

    const fn connection(mut self, mbit: f64) -> Self {
        self.connection_mbit = mbit;
        self.curl_rounds_max = Some(3);
        self
    }

    /// `curl` takes minutes where packets are lost.
    const fn loss(mut self, percent: f64) -> Self {
        self.loss = percent;
        self.curl_rounds_max = Some(1);
        self
    }

    /// `curl` takes three minutes.
    const fn without_curl(mut self) -> Self {
        self.curl_rounds_max = Some(0);
        self
    }

    /// Returns the random network of a seed, as the simulation has it: 5 to 300 ms, 1 to 600 Mbit/s, up to 2 % loss, a queue
    /// of 20 ms to 1 s, and 1 MiB to 1 GiB. `None` if uploads over it take too long, or need more than the emulator carries.
    pub(super) fn random(seed: u64) -> Option<Self> {
        let mut random = Random::new(seed);
        let rtt_ms = random.spread(5.0, 300.0);
        let link_mbit = random.spread(1.0, 600.0);
        let loss = match random.unit() < 0.5 {
            true => 0.0,
            false => random.spread(0.01, 2.0),
        };
        let queue_ms = random.spread(20.0, 1000.0);
        let mib = random.spread(1.0, 1024.0);
        let connection_mbit = match random.unit() < 0.75 {
            true => 0.0,
            false => link_mbit / random.spread(1.5, 32.0),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 1024 and a million"
        )]
        let line = Self {
            link_mbit,
            connection_mbit,
            loss,
            queue_ms,
            file_kib: (mib * 1024.0) as u64,
            ..Self::new(rtt_ms, 0, Aim::RoundTrips(4.0))
        };
        (line.curl_seconds() <= CURL_SECONDS_MAX && link_mbit <= LINK_MBIT_MAX).then_some(line)
    }

    /// About how long `curl` takes. Where packets are lost, a connection has a window of 1.2 segments, divided by the root of
    /// the share that is lost (RFC 5681 and the papers that it rests on).
    fn curl_seconds(&self) -> f64 {
        let mut mbit = self.link_mbit;
        if self.connection_mbit > 0.0 {
            mbit = mbit.min(self.connection_mbit);
        }
        if self.loss > 0.0 {
            let window_bits = 1.2 * 1448.0 * 8.0 / (self.loss / 100.0).sqrt();
            mbit = mbit.min(window_bits / self.rtt_ms / 1e3);
        }
        #[expect(clippy::cast_precision_loss, reason = "up to a million")]
        let mbits = self.file_kib as f64 * 8192.0 / 1e6;
        mbits / mbit
    }

    pub(super) fn has_curl(&self) -> bool {
        self.curl_rounds_max != Some(0)
    }

    pub(super) fn file_bytes(&self) -> u64 {
        self.file_kib * 1024
    }

    pub(super) fn name(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "up to a million")]
        let mib = self.file_bytes() as f64 / MIB as f64;
        let mut name = format!("{} MiB, {} ms", short(mib), short(self.rtt_ms));
        match self.link_mbit > 0.0 {
            true => name += &format!(", {} Mbit/s", short(self.link_mbit)),
            false => name += ", no limit",
        }
        if self.connection_mbit > 0.0 {
            name += &format!(", {} a connection", short(self.connection_mbit));
        }
        if self.loss > 0.0 {
            name += &format!(", {} % loss", short(self.loss));
        }
        if (self.queue_ms - 100.0).abs() > 0.5 {
            name += &format!(", queue {:.0} ms", self.queue_ms);
        }
        name
    }

    /// Starts the network and the sink at its far end.
    pub(super) fn start(&self, emulator: &Path, sink: &Path, folder: &Path) -> io::Result<Server> {
        let mut command = Command::new("python3");
        let options = [
            ("--rtt-ms", self.rtt_ms),
            ("--link-mbit", self.link_mbit),
            ("--connection-mbit", self.connection_mbit),
            ("--loss", self.loss / 100.0),
            // The queue of a connection is half as long as that of the link.
            ("--queue-ms", self.queue_ms / 2.0),
        ];
        command.args(["-I", "-S"]).arg(process::root().join(SCRIPT));
        for (option, value) in options {
            command.args([option, &value.to_string()]);
        }
        command
            .arg(emulator)
            .arg("--")
            .arg(sink)
            .args(["--tls", "198.18.1.2"])
            // The sink writes the certificate of its authority there.
            .env("TMPDIR", folder);
        Server::start_until_end_of_input(command)
    }
}

/// A number with about three digits and no zeros at its end.
fn short(number: f64) -> String {
    let text = match number {
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Numbers from a seed: the same as in the simulation, `crates/vectcut-upload/src/policy/simulation.rs`.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..5).for_each(|_| _ = random.unit());
        random
    }

    /// Returns a number from 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
        let unit = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        unit
    }

    /// Returns a number spread evenly over the orders of magnitude.
    fn spread(&mut self, low: f64, high: f64) -> f64 {
        (low.ln() + self.unit() * (high / low).ln()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_named_by_what_is_special() {
        assert_eq!(LINES[0].name(), "25 MiB, 200 ms, 100 Mbit/s");
        assert_eq!(
            LINES[7].name(),
            "100 MiB, 40 ms, 400 Mbit/s, 50 a connection"
        );
        assert_eq!(LINES[8].name(), "100 MiB, 40 ms, no limit, 0.1 % loss");
    }

    #[test]
    fn random_networks_differ_and_stay_within_reach() {
        let lines: Vec<_> = (0..100).filter_map(Line::random).collect();
        assert!(lines.len() > 20);
        assert!(
            lines
                .iter()
                .all(|line| line.curl_seconds() <= CURL_SECONDS_MAX)
        );
        assert!(lines.iter().any(|line| line.loss > 0.0));
        assert!(lines.iter().any(|line| line.connection_mbit > 0.0));
    }
}
