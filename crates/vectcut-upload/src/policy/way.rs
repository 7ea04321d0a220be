//! Whether a file goes in one PUT or in parts: a pure decision.

use std::time::Duration;

use super::plan::{PART_MIN_BYTES, SINGLE_PUT_MAX_BYTES};

/// A PUT must fit into the time budget even if it is so much slower than what was measured.
const SLOWER: f64 = 1.25;

/// The slowest network on which a run with a time budget must make progress: 64 kbit/s.
const SLOWEST_BYTES_PER_SECOND: f64 = 8_000.0;

/// How the bytes go to OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// One PutObject: fewest round trips, and one token for all bytes. Nothing of it survives a cut connection.
    OnePut,
    /// A multipart upload: every acknowledged part is kept.
    Parts,
}

/// What is known of the upload before its bytes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) len_bytes: u64,
    /// The part size that the caller chose.
    pub(crate) part_bytes: Option<u64>,
    /// The longest file that one PutObject takes.
    pub(crate) put_max_bytes: u64,
    /// How often new credentials named another object key (assumption A5), so that all parts were lost.
    pub(crate) moves: u32,
    /// How many PUTs of the whole file did not end.
    pub(crate) unfinished_puts: u32,
    /// Whether the policy of the credentials denies parts.
    pub(crate) parts_denied: bool,
    /// Whether one PUT can end before the time budget does, as far as that is known.
    pub(crate) put_fits: bool,
}

/// Returns whether one PUT can end within `time_left`. While no rate was measured, the network is taken to be slow.
pub(crate) fn put_fits(
    len_bytes: u64,
    bytes_per_second: Option<f64>,
    time_left: Option<Duration>,
) -> bool {
    match (time_left, bytes_per_second) {
        // A part would not be smaller.
        _ if len_bytes <= PART_MIN_BYTES => true,
        (None, _) => true,
        (Some(left), rate) => {
            let rate = rate.unwrap_or(SLOWEST_BYTES_PER_SECOND);
            len_bytes as f64 / rate * SLOWER < left.as_secs_f64()
        }
    }
}

/// Chooses the way.
///
/// A small file goes in one PUT, if that ends within the time budget. If a run ended before its PUT did, the next run
/// sends parts, which it can keep.
/// If the credentials expired before all parts were sent, and the new ones are for another object key, parts cannot
/// win: then one PUT is sent, since OSS checks the token when a request begins (assumption A16). The two take turns.
pub(crate) fn choose(known: Known) -> Way {
    if known.len_bytes > known.put_max_bytes {
        return Way::Parts;
    }
    // An empty file has no part that could be sent.
    if known.parts_denied || known.len_bytes == 0 {
        return Way::OnePut;
    }
    let small = known.part_bytes.map_or(SINGLE_PUT_MAX_BYTES, |part_bytes| {
        part_bytes.min(SINGLE_PUT_MAX_BYTES)
    });
    let puts_to_try = known.moves + u32::from(known.len_bytes <= small);
    if known.put_fits && known.unfinished_puts < puts_to_try {
        Way::OnePut
    } else {
        Way::Parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    const LARGE: Known = Known {
        len_bytes: 100 * MIB,
        part_bytes: None,
        put_max_bytes: 5 * 1024 * MIB,
        moves: 0,
        unfinished_puts: 0,
        parts_denied: false,
        put_fits: true,
    };

    #[test]
    fn a_small_file_goes_in_one_put_until_that_did_not_end() {
        let small = Known {
            len_bytes: 2 * MIB,
            ..LARGE
        };
        assert_eq!(choose(small), Way::OnePut);
        assert_eq!(
            choose(Known {
                unfinished_puts: 1,
                ..small
            }),
            Way::Parts
        );
        assert_eq!(
            choose(Known {
                part_bytes: Some(MIB),
                ..small
            }),
            Way::Parts
        );
    }

    #[test]
    fn a_large_file_goes_in_parts_until_its_credentials_move() {
        assert_eq!(choose(LARGE), Way::Parts);
        assert_eq!(choose(Known { moves: 1, ..LARGE }), Way::OnePut);
        assert_eq!(
            choose(Known {
                moves: 1,
                unfinished_puts: 1,
                ..LARGE
            }),
            Way::Parts
        );
        assert_eq!(
            choose(Known {
                moves: 2,
                unfinished_puts: 1,
                ..LARGE
            }),
            Way::OnePut
        );
    }

    #[test]
    fn what_one_put_cannot_hold_goes_in_parts_whatever_happened() {
        let huge = Known {
            len_bytes: 6 * 1024 * MIB,
            moves: 3,
            parts_denied: true,
            ..LARGE
        };
        assert_eq!(choose(huge), Way::Parts);
    }

    #[test]
    fn an_empty_file_goes_in_one_put_whatever_happened() {
        let empty = Known {
            len_bytes: 0,
            unfinished_puts: 3,
            ..LARGE
        };
        assert_eq!(choose(empty), Way::OnePut);
    }

    #[test]
    fn without_the_right_to_parts_there_is_one_put() {
        assert_eq!(
            choose(Known {
                parts_denied: true,
                unfinished_puts: 9,
                ..LARGE
            }),
            Way::OnePut
        );
    }

    #[test]
    fn a_put_that_cannot_end_in_time_is_not_begun() {
        let moved = Known { moves: 1, ..LARGE };
        let in_time = |rate, seconds| put_fits(100 * MIB, rate, Some(Duration::from_secs(seconds)));
        assert!(put_fits(100 * MIB, None, None));
        assert!(in_time(Some(MIB as f64), 130));
        assert!(!in_time(Some(MIB as f64), 120));
        assert!(!in_time(None, 1000), "nothing was measured");
        for (seconds, len_bytes, expected) in [
            (100, 600 * 1024, true),
            (100, MIB, false),
            (1, 100 * 1024, true),
            (1, 200 * 1024, false),
        ] {
            let fits = put_fits(len_bytes, None, Some(Duration::from_secs(seconds)));
            assert_eq!(fits, expected, "{seconds} s, {len_bytes} bytes");
        }
        assert_eq!(
            choose(Known {
                put_fits: false,
                ..moved
            }),
            Way::Parts
        );
    }
}
