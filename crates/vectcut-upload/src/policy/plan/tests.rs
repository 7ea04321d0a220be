//! The ranges that a plan hands out.

use proptest::prelude::*;

use super::*;

const RTT: Duration = Duration::from_millis(40);

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
        .next(rate, 2, RTT, None)
        .expect("a range")
        .len_bytes
}

#[test]
fn a_part_lasts_four_seconds_and_is_at_most_four_times_the_one_before() {
    assert_eq!(first_part(StreamRate::default()), PART_MIN_BYTES);
    assert_eq!(first_part(rate(MIB, 100 * MIB)), 4 * MIB);
    assert_eq!(first_part(rate(4 * MIB, MIB)), 4 * MIB);
    assert_eq!(first_part(rate(8 * MIB, MIB / 2)), 2 * MIB);
    assert_eq!(first_part(rate(32 * MIB, 100 * MIB)), 32 * MIB);
    assert_eq!(first_part(rate(MIB, 1)), PART_MIN_BYTES);
}

#[test]
fn at_the_end_parts_are_an_even_share_but_worth_their_round_trip() {
    let last_part = |round_trip| {
        let mut plan = Plan::new(8 * MIB, &[], None);
        let part = plan.next(rate(8 * MIB, 8 * MIB), 16, round_trip, None);
        part.expect("a range").len_bytes
    };
    assert_eq!(last_part(Duration::from_millis(2)), MIB / 4);
    assert_eq!(
        last_part(Duration::from_millis(5)),
        MIB / 2,
        "no other after it"
    );
    assert_eq!(last_part(Duration::from_millis(125)), 4 * MIB);
}

#[test]
fn a_known_network_may_begin_with_larger_parts() {
    let mut plan = Plan::new(8 * MIB, &[], None).beginning_with(2 * PART_MIN_BYTES);
    let part = plan.next(StreamRate::default(), 16, RTT, None);
    assert_eq!(part.expect("a range").len_bytes, 2 * PART_MIN_BYTES);
}

#[test]
fn a_stuck_part_is_spread_over_all_connections() {
    let mut plan = Plan::new(8 * MIB, &[], Some(8 * MIB));
    let whole = plan.next(FAST, 1, RTT, None).expect("all of it");
    plan.spread(whole, 4);
    let pieces: Vec<_> = std::iter::from_fn(|| plan.next(FAST, 4, RTT, None)).collect();
    assert_eq!(pieces.len(), 4);
    assert!(
        pieces
            .iter()
            .all(|piece| piece.len_bytes == 2 * MIB && whole.holds(*piece))
    );
    // The stuck part may arrive late, under its own number.
    assert!(pieces.iter().all(|piece| piece.number > whole.number));
}

#[test]
fn a_stuck_part_without_free_numbers_keeps_its_number_and_its_length() {
    let mut plan = Plan::new(PART_MIN_BYTES, &[], None);
    let whole = plan.next(FAST, 1, RTT, None).expect("all of it");
    plan.spread(whole, 16);
    assert_eq!(plan.next(FAST, 16, RTT, None), Some(whole));
    assert!(!plan.has_next());
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
    let handed: Vec<_> = std::iter::from_fn(|| plan.next(FAST, 2, RTT, None)).collect();
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
    let handed = [(); 3].map(|()| {
        plan.next(rate(32 * MIB, 100 * MIB), 2, RTT, None)
            .expect("a range")
    });
    assert_eq!(handed.map(|part| part.number), [1, 158, 315]);
    let mut resumed = Plan::new(1024 * MIB, &[handed[0], handed[2]], None);
    let again = [(); 32].map(|()| resumed.next(FAST, 2, RTT, None).expect("a range"));
    assert!(again.iter().all(|part| part.len_bytes == MIB));
    assert_eq!((again[0].number, again[31].number), (2, 2 + 31 * 9));
    assert_eq!(
        resumed.next(FAST, 2, RTT, None).map(|part| part.offset),
        Some(96 * MIB)
    );
}

#[test]
fn the_largest_object_fits_into_the_part_numbers() {
    let mut plan = Plan::new(OBJECT_MAX_BYTES, &[], None);
    let count = std::iter::from_fn(|| plan.next(StreamRate::default(), 16, RTT, None)).count();
    assert_eq!(count, PARTS_MAX as usize);
}

#[test]
fn a_fixed_size_is_kept_unless_the_numbers_would_not_last() {
    let mut plan = Plan::new(100 * MIB, &[], Some(8 * MIB));
    assert_eq!(
        plan.next(FAST, 4, RTT, None).expect("a range").len_bytes,
        8 * MIB
    );
    let mut plan = Plan::new(100_000 * MIB, &[], Some(MIB));
    assert_eq!(
        plan.next(FAST, 4, RTT, None).expect("a range").len_bytes,
        10 * MIB
    );
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
        while let Some(range) = plan.next(rate(rates[step % rates.len()].0, rates[step % rates.len()].1), streams, RTT, None) {
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
        let first: Vec<_> = std::iter::from_fn(|| plan.next(rate(MIB, 8 * MIB), streams, RTT, None)).take(handed).collect();
        let mut done: Vec<_> = first.iter().zip(kept.iter().cycle()).filter(|(_, kept)| **kept).map(|(part, _)| *part).collect();
        let mut resumed = Plan::new(len_bytes, &done, None);
        done.extend(std::iter::from_fn(|| resumed.next(rate(MIB, 8 * MIB), streams, RTT, None)));
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

#[test]
fn a_budget_gets_parts_that_are_acknowledged_before_it_ends() {
    let left = Some(Duration::from_secs(10));
    let next = |rate| {
        Plan::new(1024 * MIB, &[], None)
            .next(rate, 1, RTT, left)
            .expect("a range")
    };
    assert_eq!(
        next(StreamRate::default()).len_bytes,
        PART_MIN_BYTES,
        "nothing is known"
    );
    assert_eq!(next(rate(MIB, MIB / 5)).len_bytes, 4 * MIB / 5);
    assert_eq!(
        next(rate(64 * MIB, MIB)).len_bytes,
        4 * MIB,
        "four seconds are the aim"
    );
    let late = Some(Duration::from_secs(2));
    let late = Plan::new(1024 * MIB, &[], None).next(rate(64 * MIB, MIB), 1, RTT, late);
    assert_eq!(late.expect("a range").len_bytes, MIB);
}

#[test]
fn a_cap_holds_for_new_ranges_and_for_those_that_come_back() {
    let mut plan = Plan::new(1024 * MIB, &[], None);
    let range = plan.next(FAST, 1, RTT, None).expect("a range");
    plan.give_back(range);
    plan.cap(16 * MIB);
    let half = plan.next(FAST, 1, RTT, None).expect("a half");
    assert_eq!(
        (range.len_bytes, half.number, half.len_bytes),
        (32 * MIB, range.number, 16 * MIB)
    );
    plan.next(FAST, 1, RTT, None).expect("the other half");
    let new = plan.next(FAST, 1, RTT, None).expect("new");
    assert_eq!(new.len_bytes, 16 * MIB);
}

proptest! {
    /// Whatever fails and is split or given back, the acknowledged ranges tile the file in the order of their numbers.
    #[test]
    fn ranges_that_were_split_tile_the_file(
        len_bytes in 1..700 * MIB,
        fates in proptest::collection::vec(0..4_u8, 1..30),
        seconds in proptest::option::of(1..100_u64),
    ) {
        let mut plan = Plan::new(len_bytes, &[], None);
        let (mut done, mut step) = (Vec::new(), 0);
        while let Some(range) = plan.next(rate(MIB, 8 * MIB), 4, RTT, seconds.map(Duration::from_secs)) {
            match fates[step % fates.len()] {
                0 if step < 1000 => {
                    plan.cap(range.len_bytes / 2);
                    plan.give_back(range);
                }
                1 if step < 1000 => plan.give_back(range),
                _ => done.push(range),
            }
            step += 1;
        }
        done.sort_by_key(|part| part.number);
        let mut expected = 0;
        for part in &done {
            prop_assert_eq!(part.offset, expected);
            expected = part.end();
            prop_assert!((1..=PARTS_MAX).contains(&part.number));
        }
        prop_assert_eq!(expected, len_bytes);
        prop_assert!(done.windows(2).all(|pair| pair[0].number < pair[1].number));
        let too_small = done.iter().rev().skip(1).filter(|part| part.len_bytes < PART_MIN_BYTES);
        prop_assert_eq!(too_small.count(), 0);
    }
}
