//! How long a round trip to the bucket takes, by what its connections and requests took: a pure decision.
//!
//! Neither a handshake nor a response comes sooner than a round trip after what it answers. So whatever is seen is a bound,
//! and the least one counts.

use std::time::{Duration, Instant};

/// The round trips until a connection can carry a request: TCP and TLS 1.3. Older TLS takes one more.
const TO_CONNECT: u32 = 2;

/// The round trip to the bucket.
#[derive(Debug)]
pub(crate) struct RoundTrip {
    is_https: bool,
    /// When the first connection was begun. Every response comes over this one or a later one.
    first_begun: Option<Instant>,
    least: Option<Duration>,
}

impl RoundTrip {
    /// Begins with nothing seen. Over plain http, which is for loopback only, connections tell nothing: the sandbox cannot
    /// delay them.
    pub(crate) fn new(is_https: bool) -> Self {
        Self {
            is_https,
            first_begun: None,
            least: None,
        }
    }

    /// Notes that a connection is made now, perhaps the first one.
    pub(crate) fn connecting(&mut self, now: Instant) {
        if self.is_https {
            self.first_begun.get_or_insert(now);
        }
    }

    /// Notes that a connection was ready, TLS included.
    pub(crate) fn connected(&mut self, at: Instant) {
        self.bound(self.first_begun, at, TO_CONNECT);
    }

    /// Notes that the response to a request has come. The request may have opened its connection, or had one that was
    /// open already.
    pub(crate) fn responded(&mut self, begun: Instant, at: Instant) {
        self.bound(Some(begun), at, 1);
        self.bound(self.first_begun, at, TO_CONNECT + 1);
    }

    /// Returns the least bound.
    pub(crate) fn get(&self) -> Option<Duration> {
        self.least
    }

    fn bound(&mut self, begun: Option<Instant>, ended: Instant, round_trips: u32) {
        let Some(begun) = begun else { return };
        let bound = ended.saturating_duration_since(begun) / round_trips;
        self.least = Some(self.least.map_or(bound, |least| least.min(bound)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    /// Returns what is found when connecting begins at 0, and a request is begun and responded to at these milliseconds.
    fn found(is_https: bool, begun: u64, responded: u64) -> u128 {
        let start = clock::monotonic();
        let at = |millis| start + Duration::from_millis(millis);
        let mut round_trip = RoundTrip::new(is_https);
        round_trip.connecting(at(0));
        round_trip.responded(at(begun), at(responded));
        round_trip.get().expect("a bound").as_millis()
    }

    #[test]
    fn a_request_is_one_round_trip_whether_it_opens_its_connection_or_not() {
        assert_eq!(found(true, 0, 300), 100, "with TCP and TLS");
        assert_eq!(found(true, 1000, 1100), 100, "on an open connection");
        assert_eq!(found(true, 250, 400), 133, "on one that was nearly open");
    }

    #[test]
    fn over_plain_http_only_the_request_counts() {
        assert_eq!(found(false, 0, 300), 300);
        assert_eq!(found(false, 1000, 1100), 100);
    }

    #[test]
    fn a_connection_tells_without_a_response_and_the_least_bound_counts() {
        let start = clock::monotonic();
        let at = |millis| start + Duration::from_millis(millis);
        let mut round_trip = RoundTrip::new(true);
        assert_eq!(round_trip.get(), None);
        round_trip.connecting(at(0));
        round_trip.connecting(at(150));
        for millis in [200, 5000] {
            round_trip.connected(at(millis));
            assert_eq!(round_trip.get(), Some(Duration::from_millis(100)));
        }
    }
}
