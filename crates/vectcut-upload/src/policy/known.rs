//! What an earlier run measured of the network, and what this one makes of it: a pure decision.

use std::time::Duration;

use super::plan::PART_MIN_BYTES;

/// How long a measurement counts. Computers move to other networks, and networks get crowded.
pub(crate) const COUNTS_FOR: Duration = Duration::from_secs(3600);

/// A round trip that differs by more than this factor is one of another network.
const OTHER_NETWORK: u32 = 2;

/// A first part should last this long at the rate that was measured.
const FIRST_PART_DURATION: Duration = Duration::from_secs(1);

/// The largest first part. The network may have become slow since, and a killed run loses the first part of each
/// connection.
const FIRST_PART_MAX_BYTES: u64 = 2 * PART_MIN_BYTES;

/// Rates that differ by less than this share are about the same.
const SAME: f64 = 0.25;

/// A network as it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownNetwork {
    /// Of all connections together.
    pub(crate) bytes_per_second: u64,
    pub(crate) round_trip: Duration,
}

impl KnownNetwork {
    /// Returns whether a network with this round trip may be the same.
    pub(crate) fn may_be_the_one_of(self, round_trip: Duration) -> bool {
        let (shorter, longer) = (
            self.round_trip.min(round_trip),
            self.round_trip.max(round_trip),
        );
        longer <= shorter * OTHER_NETWORK
    }

    /// Returns the length of a connection's first part: slow start takes its time with each, so a fast network gets
    /// fewer and larger parts.
    pub(crate) fn first_part_bytes(self, streams: usize) -> u64 {
        let each = self.bytes_per_second / streams.max(1) as u64;
        let bytes = each.saturating_mul(FIRST_PART_DURATION.as_secs());
        bytes.clamp(PART_MIN_BYTES, FIRST_PART_MAX_BYTES)
    }

    /// Returns whether it is not worth writing down that a network is now like `other`.
    pub(crate) fn is_about(self, other: Self) -> bool {
        let rates = [self, other].map(|known| known.bytes_per_second.max(1) as f64);
        (rates[0] / rates[1] - 1.0).abs() < SAME && self.may_be_the_one_of(other.round_trip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    fn known(bytes_per_second: u64) -> KnownNetwork {
        KnownNetwork {
            bytes_per_second,
            round_trip: Duration::from_millis(40),
        }
    }

    #[test]
    fn the_first_part_lasts_a_second_within_limits() {
        for (kib_per_second, expected) in [(100, 128), (16 * 200, 200), (100_000, 256)] {
            let bytes = known(kib_per_second * KIB).first_part_bytes(16);
            assert_eq!(bytes, expected * KIB);
        }
    }

    #[test]
    fn another_round_trip_is_another_network() {
        let may_be = |millis| known(1).may_be_the_one_of(Duration::from_millis(millis));
        assert_eq!([19, 20, 80, 81].map(may_be), [false, true, true, false]);
    }

    #[test]
    fn a_rate_that_hardly_changed_is_the_same() {
        assert!(known(100).is_about(known(110)));
        assert!(!known(100).is_about(known(200)));
        assert!(!known(200).is_about(known(100)));
    }
}
