//! What to send next: a pure function of what is known. No file, no socket, no clock.
//!
//! A part is a range of the file. It is handed out when a connection is free, and stays with it until OSS acknowledges it.
//! Part numbers grow with the offset, since OSS joins parts in the order of their numbers.

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, ops::Range, time::Duration};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The most parts that one upload can have. Source: the vendor's page on UploadPart.
pub(crate) const PARTS_MAX: u32 = 10_000;

/// The smallest part that is not the last: OSS allows 100 KB, counted here in powers of two to be on the safe side.
pub const PART_MIN_BYTES: u64 = 128 * KIB;

/// The largest part. Source: the vendor's page on UploadPart (5 GB, counted in powers of two).
pub const PART_MAX_BYTES: u64 = 5 * 1024 * MIB;

/// The largest object that parts can make: 48.8 TB, which is 10,000 parts of 5 GB.
pub(crate) const OBJECT_MAX_BYTES: u64 = PARTS_MAX as u64 * PART_MAX_BYTES;

/// A file up to this length goes in one PUT.
///
/// Parts cost two round trips more, and pay when a connection is cut. At 200 kbit/s these bytes take 80 seconds: less than
/// the two minutes after which many shells of agents are killed.
pub(crate) const SINGLE_PUT_MAX_BYTES: u64 = 2 * MIB;

/// The size of a connection's first part while the network is not known. Sixteen of them are in flight at once, and a
/// killed run loses them.
const FIRST_PART_BYTES: u64 = PART_MIN_BYTES;

/// The size of the pieces into which a range of an earlier run is cut before it is sent again.
const PIECE_BYTES: u64 = MIB;

/// How much larger a part may be than the one before it on the same connection: one fast part is no promise.
const GROWTH: u64 = 4;

/// A part should take at least this many round trips. In the simulation, with less, connections spend their time waiting
/// for responses; with much more, they finish too far apart.
const ROUND_TRIPS_MIN: u32 = 4;

/// An even share of the rest that takes at most this many round trips is the last part of its connection: another part
/// would cost a round trip more. A larger rest is handed out by halves, so that connections of unequal speed still finish
/// together.
const ROUND_TRIPS_LAST: u32 = 16;

/// How long a part should last: a cut connection then loses little, and the round trip at its end costs about 1 %.
const PART_DURATION: Duration = Duration::from_secs(4);

/// The largest part to aim at, whatever the rate: beyond it the round trip no longer matters.
const PART_AIM_MAX_BYTES: u64 = 32 * MIB;

/// A part reserves one number per this many bytes, so that it can be resent as smaller parts without renumbering those
/// after it. OSS allows gaps between the numbers (docs/protocol.md, 9.1).
const NUMBER_BYTES: u64 = PART_MIN_BYTES;

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

    /// Returns whether `part` lies within this range.
    pub(crate) fn holds(self, part: Self) -> bool {
        self.offset <= part.offset && part.end() <= self.end()
    }
}

/// What a connection has measured: the size of its last part, and the rate at which it was sent.
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

    fn bytes_in(self, time: Duration) -> u64 {
        let bytes = u128::from(self.bytes_per_second) * time.as_millis() / 1000;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// Hands out the ranges of one file.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    len_bytes: u64,
    /// Ranges that were handed out before and must be sent again, in the order of their numbers.
    again: Vec<PartRange>,
    /// The numbers of all parts that were handed out or that OSS has.
    taken: BTreeSet<u32>,
    /// Where the rest of the file begins that was never handed out.
    frontier: u64,
    next_number: u32,
    fixed_part_bytes: Option<u64>,
    /// The length of a part on a connection that has not measured anything yet.
    first_part_bytes: u64,
    /// The largest part to hand out, in bytes.
    cap_bytes: u64,
}

impl Plan {
    /// Plans a file of `len_bytes`, of which OSS has the ranges in `done`.
    ///
    /// An earlier run handed out what lies between two of them, and before the first, and lost it. Such a gap is handed
    /// out again under the numbers that are free there.
    pub(crate) fn new(len_bytes: u64, done: &[PartRange], fixed_part_bytes: Option<u64>) -> Self {
        let mut done = done.to_vec();
        done.sort_by_key(|part| part.offset);
        let (mut again, mut frontier, mut next_number) = (Vec::new(), 0, 1);
        for part in &done {
            let numbers = next_number..part.number;
            again.extend(fill(frontier..part.offset, numbers, PIECE_BYTES));
            frontier = part.end();
            next_number = part.number + 1;
        }
        Self {
            len_bytes,
            again,
            taken: done.iter().map(|part| part.number).collect(),
            frontier,
            next_number,
            fixed_part_bytes,
            first_part_bytes: FIRST_PART_BYTES,
            cap_bytes: u64::MAX,
        }
    }

    /// Begins each connection with a part of this length.
    #[must_use]
    pub(crate) fn beginning_with(mut self, first_part_bytes: u64) -> Self {
        self.first_part_bytes = first_part_bytes;
        self
    }

    /// Returns whether a range is left to hand out.
    pub(crate) fn has_next(&self) -> bool {
        !self.again.is_empty() || self.frontier < self.len_bytes
    }

    /// Returns the next range for a connection, or `None` when all of the file is handed out.
    ///
    /// `streams` is how many connections share what remains. `time_left` is the rest of the time budget: the part is small
    /// enough to be acknowledged before it ends.
    pub(crate) fn next(
        &mut self,
        rate: StreamRate,
        streams: usize,
        round_trip: Duration,
        time_left: Option<Duration>,
    ) -> Option<PartRange> {
        let range = match self.again.is_empty() {
            false => {
                let range = self.again.remove(0);
                self.cut_down(range, self.cap_bytes.min(aim_in_time(rate, time_left)))
            }
            true => {
                let remaining = self.len_bytes - self.frontier;
                let wanted = self.wanted(remaining, rate, streams as u64, round_trip, time_left);
                self.first_of_rest(remaining, wanted)?
            }
        };
        self.taken.insert(range.number);
        Some(range)
    }

    fn first_of_rest(&mut self, remaining: u64, wanted: u64) -> Option<PartRange> {
        if remaining == 0 {
            return None;
        }
        let range = PartRange {
            number: self.next_number,
            offset: self.frontier,
            len_bytes: self.part_bytes(remaining, wanted),
        };
        self.frontier = range.end();
        self.next_number += self.numbers_for(range);
        Some(range)
    }

    /// Takes back a range that is to be sent again as it is.
    pub(crate) fn give_back(&mut self, range: PartRange) {
        let at = self
            .again
            .partition_point(|other| other.number < range.number);
        self.again.insert(at, range);
    }

    /// Hands out parts of at most `cap_bytes` from now on, as far as there are numbers for them.
    pub(crate) fn cap(&mut self, cap_bytes: u64) {
        self.cap_bytes = cap_bytes.max(PART_MIN_BYTES);
    }

    /// Takes back a range whose connection is stuck. It is sent again in as many pieces as there are connections.
    ///
    /// The stuck part may still arrive. So no piece has its number, or one number would stand for two lengths. Where no
    /// other number is free, the whole range keeps its number: then it does not matter which of both OSS has.
    pub(crate) fn spread(&mut self, range: PartRange, streams: usize) {
        let piece = (range.len_bytes / streams.max(1) as u64).max(PART_MIN_BYTES);
        let numbers = range.number + 1..self.free_until(range.number);
        let pieces = match numbers.is_empty() {
            true => vec![range],
            false => fill(range.offset..range.end(), numbers, piece),
        };
        pieces.into_iter().for_each(|piece| self.give_back(piece));
    }

    /// Returns the first part of a range, no longer than `max_bytes`, and takes back the rest. A range without free
    /// numbers after its own stays whole.
    fn cut_down(&mut self, range: PartRange, max_bytes: u64) -> PartRange {
        if range.len_bytes <= max_bytes {
            return range;
        }
        let numbers = range.number..self.free_until(range.number);
        let mut pieces = fill(range.offset..range.end(), numbers, max_bytes).into_iter();
        let first = pieces.next().unwrap_or(range);
        pieces.for_each(|piece| self.give_back(piece));
        first
    }

    /// Returns the first number after this one that a part has or may get.
    fn free_until(&self, number: u32) -> u32 {
        let after = number + 1;
        let taken = self.taken.range(after..).next().copied();
        let again = self.again.iter().map(|part| part.number);
        let again = again.filter(|number| *number >= after).min();
        let end = [taken, again].into_iter().flatten().min();
        end.unwrap_or(self.next_number).max(after)
    }

    /// Returns how many numbers a part takes up: as many as it may be cut into later, if those for the rest allow it.
    fn numbers_for(&self, part: PartRange) -> u32 {
        let number_bytes = self
            .len_bytes
            .div_ceil(u64::from(PARTS_MAX / 2))
            .max(NUMBER_BYTES);
        let rest = (self.len_bytes - part.end()).div_ceil(number_bytes);
        let spare = u64::from(PARTS_MAX - part.number).saturating_sub(rest);
        let numbers = part.len_bytes.div_ceil(number_bytes).min(spare).max(1);
        u32::try_from(numbers).unwrap_or(1)
    }

    /// Returns the length that suits the connection.
    fn wanted(
        &self,
        remaining: u64,
        rate: StreamRate,
        streams: u64,
        round_trip: Duration,
        time_left: Option<Duration>,
    ) -> u64 {
        let wanted = match self.fixed_part_bytes {
            Some(bytes) => bytes,
            None => {
                let even = remaining / streams.max(1);
                let share = match even <= rate.bytes_in(round_trip * ROUND_TRIPS_LAST) {
                    true => even,
                    false => even / 2,
                };
                self.aim(rate)
                    .min(share.max(rate.bytes_in(round_trip * ROUND_TRIPS_MIN)))
            }
        };
        wanted.min(self.cap_bytes).min(aim_in_time(rate, time_left))
    }

    /// Returns the length that lasts as long as a part should.
    fn aim(&self, rate: StreamRate) -> u64 {
        if rate.last_part_bytes == 0 {
            return self.first_part_bytes;
        }
        rate.bytes_in(PART_DURATION)
            .min(rate.last_part_bytes.saturating_mul(GROWTH))
            .clamp(FIRST_PART_BYTES, PART_AIM_MAX_BYTES)
    }

    /// Returns the wanted length within the limits of OSS.
    fn part_bytes(&self, remaining: u64, wanted: u64) -> u64 {
        let numbers_left = u64::from(PARTS_MAX - (self.next_number - 1)).max(1);
        // The rest must fit into the numbers that are left, whatever the connection would like.
        let least = remaining.div_ceil(numbers_left).max(PART_MIN_BYTES);
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

/// Returns the largest length that is acknowledged within half of the time that is left. An unmeasured connection gets the
/// smallest part.
fn aim_in_time(rate: StreamRate, time_left: Option<Duration>) -> u64 {
    match time_left {
        None => u64::MAX,
        Some(_) if rate.last_part_bytes == 0 => PART_MIN_BYTES,
        Some(time_left) => rate.bytes_in(time_left / 2).max(PART_MIN_BYTES),
    }
}

/// Cuts `gap` into ranges of about `piece_bytes`, as far as there are `numbers` for them. The numbers that are left over
/// are spread between them, so that the pieces can be cut once more.
fn fill(gap: Range<u64>, numbers: Range<u32>, piece_bytes: u64) -> Vec<PartRange> {
    let (len_bytes, free) = (
        gap.end - gap.start,
        u64::from(numbers.end.saturating_sub(numbers.start)),
    );
    if len_bytes == 0 || free == 0 {
        return Vec::new();
    }
    let count = free.min((len_bytes / piece_bytes).max(1));
    let (piece_bytes, step) = (len_bytes.div_ceil(count), free / count);
    (0..count)
        .map(|index| (gap.start + index * piece_bytes, index * step))
        .filter(|(offset, _)| *offset < gap.end)
        .map(|(offset, after_first)| PartRange {
            number: numbers.start + u32::try_from(after_first).unwrap_or(u32::MAX),
            offset,
            len_bytes: piece_bytes.min(gap.end - offset),
        })
        .collect()
}
