//! What to send next: a pure function of what is known. No file, no socket, no clock.
//!
//! A part is a range of the file that is handed out when a stream asks for it, and that stays with the stream until it
//! has gone through. Part numbers grow with the offset, since OSS joins parts by their number.

use std::time::Duration;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The most parts that one upload can have. Source: the vendor's page on UploadPart.
pub(crate) const PARTS_MAX: u32 = 10_000;

/// The smallest part that is not the last: OSS allows 100 KB, counted here in powers of two to be on the safe side.
pub(crate) const PART_MIN_BYTES: u64 = 128 * KIB;

/// The largest part. Source: the vendor's page on UploadPart (5 GB, counted in powers of two).
pub(crate) const PART_MAX_BYTES: u64 = 5 * 1024 * MIB;

/// The largest object that parts can make: 48.8 TB, which is 10,000 parts of 5 GB.
pub(crate) const OBJECT_MAX_BYTES: u64 = PARTS_MAX as u64 * PART_MAX_BYTES;

/// A file up to this length goes in one PUT.
///
/// Parts cost two round trips more, and pay when a line is cut: at 200 kbit/s these bytes take 80 seconds, less than the
/// two minutes after which many an agent's shell is killed.
pub(crate) const SINGLE_PUT_MAX_BYTES: u64 = 2 * MIB;

/// The size of a stream's first part, when nothing is known of the line.
const FIRST_PART_BYTES: u64 = MIB;

/// How long a part should last on its stream: a cut line loses little, and the round trip at its end costs about 1 %.
const PART_DURATION: Duration = Duration::from_secs(4);

/// The longest part that is aimed at, whatever the rate: beyond it a round trip no longer shows.
const PART_AIM_MAX_BYTES: u64 = 32 * MIB;

/// How many bytes a part number stands for, at least: a part takes up as many numbers as it has of these, so that a range
/// that was lost on a quick line can be sent again in small parts on a slow one. OSS allows gaps between the numbers.
const NUMBER_BYTES: u64 = MIB;

/// A range of the file under its part number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PartRange {
    /// From 1.
    pub(crate) number: u32,
    /// Of the first byte.
    pub(crate) offset: u64,
    /// At least 1.
    pub(crate) len_bytes: u64,
}

impl PartRange {
    fn end(self) -> u64 {
        self.offset + self.len_bytes
    }
}

/// What the stream that asks has seen of the line: the size of its last part, and how fast it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StreamRate {
    pub(crate) last_part_bytes: u64,
    pub(crate) bytes_per_second: u64,
}

impl StreamRate {
    /// Returns the rate of a part that took `elapsed`.
    pub(crate) fn of(len_bytes: u64, elapsed: Duration) -> Self {
        let millis = elapsed.as_millis().max(1);
        let bytes_per_second = u128::from(len_bytes) * 1000 / millis;
        Self {
            last_part_bytes: len_bytes,
            bytes_per_second: u64::try_from(bytes_per_second).unwrap_or(u64::MAX),
        }
    }
}

/// Hands out the ranges of one file.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    len_bytes: u64,
    /// Ranges that were handed out before and must be sent again, the first one first.
    again: Vec<PartRange>,
    /// Where the part of the file begins that was never handed out.
    frontier: u64,
    next_number: u32,
    fixed_part_bytes: Option<u64>,
}

impl Plan {
    /// Plans a file of `len_bytes`, of which the ranges in `done` are safe already.
    ///
    /// What lies between two of them, and before the first, was handed out by an earlier run and lost; such a gap is
    /// handed out again under the numbers that are free there.
    pub(crate) fn new(len_bytes: u64, done: &[PartRange], fixed_part_bytes: Option<u64>) -> Self {
        let mut done = done.to_vec();
        done.sort_by_key(|part| part.offset);
        let (mut again, mut frontier, mut next_number) = (Vec::new(), 0, 1);
        for part in &done {
            again.extend(fill(frontier, part.offset, next_number, part.number));
            frontier = part.end();
            next_number = part.number + 1;
        }
        Self {
            len_bytes,
            again,
            frontier,
            next_number,
            fixed_part_bytes,
        }
    }

    /// Returns the next range for a stream, or `None` when all of the file is handed out.
    ///
    /// `streams` is how many share what remains.
    pub(crate) fn next(&mut self, rate: StreamRate, streams: usize) -> Option<PartRange> {
        if !self.again.is_empty() {
            return Some(self.again.remove(0));
        }
        let remaining = self.len_bytes - self.frontier;
        if remaining == 0 {
            return None;
        }
        self.next_number = self.next_number.max(self.number_at(self.frontier));
        let range = PartRange {
            number: self.next_number,
            offset: self.frontier,
            len_bytes: self.part_bytes(remaining, rate, streams as u64),
        };
        self.frontier = range.end();
        self.next_number += 1;
        Some(range)
    }

    /// Returns the number of a part at `offset` when no part before it was small. At most half of the numbers are given
    /// out this way; the others are for small parts.
    fn number_at(&self, offset: u64) -> u32 {
        let number_bytes = self
            .len_bytes
            .div_ceil(u64::from(PARTS_MAX / 2))
            .max(NUMBER_BYTES);
        u32::try_from(offset / number_bytes).unwrap_or_default() + 1
    }

    fn part_bytes(&self, remaining: u64, rate: StreamRate, streams: u64) -> u64 {
        let numbers_left = u64::from(PARTS_MAX - (self.next_number - 1)).max(1);
        // The rest must fit into the numbers that are left, whatever the line would like.
        let least = remaining.div_ceil(numbers_left).max(PART_MIN_BYTES);
        let wanted = match self.fixed_part_bytes {
            Some(bytes) => bytes,
            None => {
                // Half of an even share, so that streams of unequal speed still finish together.
                let share = remaining / (2 * streams.max(1));
                aim(rate).min(share.max(worth_a_round_trip(rate)))
            }
        };
        let bytes = wanted
            .clamp(least, PART_MAX_BYTES.max(least))
            .min(remaining);
        // A rest too small to be worth a request of its own goes along.
        if remaining - bytes < PART_MIN_BYTES && remaining <= PART_MAX_BYTES {
            remaining
        } else {
            bytes
        }
    }
}

/// The least size that is worth the round trip at its end: a quarter of a second's, by which streams may then end apart.
fn worth_a_round_trip(rate: StreamRate) -> u64 {
    (rate.bytes_per_second / 4).max(2 * PART_MIN_BYTES)
}

/// The size that lasts as long as a part should, approached by doubling: one fast part is no promise.
fn aim(rate: StreamRate) -> u64 {
    if rate.last_part_bytes == 0 {
        return FIRST_PART_BYTES;
    }
    let lasting = rate
        .bytes_per_second
        .saturating_mul(PART_DURATION.as_secs());
    lasting
        .min(rate.last_part_bytes.saturating_mul(2).max(FIRST_PART_BYTES))
        .min(PART_AIM_MAX_BYTES)
}

/// Cuts the gap from `begin` to `end` into ranges of the size of a first part, as far as there are numbers for them.
fn fill(begin: u64, end: u64, first_number: u32, number_after: u32) -> Vec<PartRange> {
    let gap = end - begin;
    if gap == 0 || number_after <= first_number {
        return Vec::new();
    }
    let free = u64::from(number_after - first_number);
    // Parts that last some seconds on a home uplink; where numbers are short, what they allow.
    let count = free.min(gap.div_ceil(FIRST_PART_BYTES));
    let len_bytes = gap.div_ceil(count);
    (0..count)
        .map(|index| begin + index * len_bytes)
        .zip(first_number..)
        .filter(|(offset, _)| *offset < end)
        .map(|(offset, number)| PartRange {
            number,
            offset,
            len_bytes: len_bytes.min(end - offset),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FAST: StreamRate = StreamRate {
        last_part_bytes: 64 * MIB,
        bytes_per_second: 1024 * MIB,
    };

    fn rate(last_part_bytes: u64, bytes_per_second: u64) -> StreamRate {
        StreamRate {
            last_part_bytes,
            bytes_per_second,
        }
    }

    /// A gigabyte, so that the end is far.
    fn first_part(rate: StreamRate) -> u64 {
        Plan::new(1024 * MIB, &[], None)
            .next(rate, 2)
            .expect("a range")
            .len_bytes
    }

    #[test]
    fn a_part_lasts_four_seconds_and_grows_by_doubling() {
        assert_eq!(first_part(StreamRate::default()), MIB);
        assert_eq!(first_part(rate(MIB, 100 * MIB)), 2 * MIB);
        assert_eq!(first_part(rate(4 * MIB, MIB)), 4 * MIB);
        assert_eq!(first_part(rate(8 * MIB, MIB / 2)), 2 * MIB);
        assert_eq!(first_part(rate(32 * MIB, 100 * MIB)), 32 * MIB);
        assert_eq!(first_part(rate(MIB, 1)), PART_MIN_BYTES);
    }

    #[test]
    fn a_gap_of_an_earlier_run_is_filled_under_the_numbers_that_are_free() {
        let done = [
            PartRange {
                number: 1,
                offset: 0,
                len_bytes: MIB,
            },
            PartRange {
                number: 4,
                offset: 3 * MIB,
                len_bytes: MIB,
            },
        ];
        let mut plan = Plan::new(5 * MIB, &done, None);
        let handed: Vec<_> = std::iter::from_fn(|| plan.next(FAST, 2)).collect();
        assert_eq!(
            handed,
            [
                PartRange {
                    number: 2,
                    offset: MIB,
                    len_bytes: MIB
                },
                PartRange {
                    number: 3,
                    offset: 2 * MIB,
                    len_bytes: MIB
                },
                PartRange {
                    number: 5,
                    offset: 4 * MIB,
                    len_bytes: MIB
                },
            ]
        );
    }

    #[test]
    fn a_large_part_that_was_lost_is_sent_again_in_small_ones() {
        let mut plan = Plan::new(1024 * MIB, &[], None);
        let handed = [(); 3].map(|()| plan.next(rate(32 * MIB, 100 * MIB), 2).expect("a range"));
        assert_eq!(handed.map(|part| part.number), [1, 33, 65]);
        let mut resumed = Plan::new(1024 * MIB, &[handed[0], handed[2]], None);
        let again = [(); 32].map(|()| resumed.next(FAST, 2).expect("a range"));
        assert!(again.iter().all(|part| part.len_bytes == MIB));
        assert_eq!((again[0].number, again[31].number), (2, 33));
        assert_eq!(
            resumed.next(FAST, 2).map(|part| part.offset),
            Some(96 * MIB)
        );
    }

    #[test]
    fn the_largest_object_fits_into_the_part_numbers() {
        let mut plan = Plan::new(OBJECT_MAX_BYTES, &[], None);
        let count = std::iter::from_fn(|| plan.next(StreamRate::default(), 16)).count();
        assert_eq!(count, PARTS_MAX as usize);
    }

    #[test]
    fn a_fixed_size_is_kept_unless_the_numbers_would_not_last() {
        let mut plan = Plan::new(100 * MIB, &[], Some(8 * MIB));
        assert_eq!(plan.next(FAST, 4).expect("a range").len_bytes, 8 * MIB);
        let mut plan = Plan::new(100_000 * MIB, &[], Some(MIB));
        assert_eq!(plan.next(FAST, 4).expect("a range").len_bytes, 10 * MIB);
    }

    proptest! {
        /// Whatever the rates, the ranges tile the file, in the order of their numbers, within OSS's limits.
        #[test]
        fn ranges_tile_the_file(
            len_bytes in 1..5_000 * MIB,
            rates in proptest::collection::vec((0..64 * MIB, 1..200 * MIB), 1..20),
            streams in 1..17_usize,
            fixed in proptest::option::of(PART_MIN_BYTES..64 * MIB),
        ) {
            let mut plan = Plan::new(len_bytes, &[], fixed);
            let (mut done, mut step) = (Vec::new(), 0);
            while let Some(range) = plan.next(rate(rates[step % rates.len()].0, rates[step % rates.len()].1), streams) {
                done.push(range);
                step += 1;
            }
            done.sort_by_key(|part| part.number);
            let mut expected = 0;
            for (index, part) in done.iter().enumerate() {
                prop_assert_eq!(part.offset, expected);
                expected = part.end();
                let last = index + 1 == done.len();
                prop_assert!(last || part.len_bytes >= PART_MIN_BYTES, "{:?}", part);
                prop_assert!(part.len_bytes <= PART_MAX_BYTES && (1..=PARTS_MAX).contains(&part.number));
            }
            prop_assert_eq!(expected, len_bytes);
        }

        /// Killed at any moment and planned again from what is safe, the ranges still tile the file.
        #[test]
        fn a_resumed_plan_tiles_the_rest(
            len_bytes in 1..2_000 * MIB,
            kept in proptest::collection::vec(any::<bool>(), 1..40),
            handed in 1..60_usize,
            streams in 1..17_usize,
        ) {
            let mut plan = Plan::new(len_bytes, &[], None);
            let first: Vec<_> = std::iter::from_fn(|| plan.next(rate(MIB, 8 * MIB), streams)).take(handed).collect();
            let mut done: Vec<_> = first.iter().zip(kept.iter().cycle()).filter(|(_, kept)| **kept).map(|(part, _)| *part).collect();
            let mut resumed = Plan::new(len_bytes, &done, None);
            done.extend(std::iter::from_fn(|| resumed.next(rate(MIB, 8 * MIB), streams)));
            done.sort_by_key(|part| part.number);
            let mut expected = 0;
            for part in &done {
                prop_assert_eq!(part.offset, expected);
                expected = part.end();
            }
            prop_assert_eq!(expected, len_bytes);
            prop_assert!(done.windows(2).all(|pair| pair[0].number < pair[1].number));
        }
    }
}
