//! What records add up to, and what of a damaged journal is read.

use proptest::prelude::*;

use super::*;

fn sum(records: impl IntoIterator<Item = Record>) -> Option<Kept> {
    records
        .into_iter()
        .try_fold(Kept::default(), |kept, record| kept.apply(record))
}

fn parts_of(kept: &Kept) -> usize {
    match &kept.stage {
        Stage::Sending(_, open) => open.parts.len(),
        _ => 0,
    }
}

#[test]
fn a_new_ticket_or_upload_drops_the_parts_and_new_credentials_do_not() {
    let Record::Ticket(kept) = ticket() else {
        unreachable!()
    };
    let credentials = Record::Credentials(kept.credentials);
    for (record, expected) in [
        (None, 1),
        (Some(upload()), 0),
        (Some(ticket()), 0),
        (Some(credentials), 1),
    ] {
        let begun = [ticket(), upload(), part(1, 0, 5)];
        let kept = sum(begun.into_iter().chain(record)).expect("a sound order");
        assert_eq!(parts_of(&kept), expected);
    }
}

#[test]
fn records_in_an_impossible_order_are_damage() {
    for records in [
        vec![part(1, 0, 5)],
        vec![upload()],
        vec![ticket(), part(1, 0, 5)],
        vec![Record::Completing],
        vec![ticket(), Record::History(History::default())],
        vec![ticket(), published()],
    ] {
        assert!(sum(records.clone()).is_none(), "{records:?}");
    }
}

#[test]
fn parts_that_cannot_belong_together_are_not_sound() {
    for (parts, expected) in [
        (vec![part(1, 0, 5), part(2, 5, 5)], true),
        (vec![part(3, 5, 5), part(1, 0, 3)], true),
        (vec![part(1, 0, 5), part(2, 4, 5)], false),
        (vec![part(1, 0, 5), part(2, 7, 3)], false),
        (vec![part(1, 2, 5)], false),
        (vec![part(10_000, 5, 5)], true),
        (vec![part(10_000, 4, 5)], false),
        (vec![part(10_001, 5, 5)], false),
        (vec![part(1, 0, 11)], false),
        (vec![part(2, u64::MAX, 5)], false),
    ] {
        let shown = format!("{parts:?}");
        let kept = sum([ticket(), upload()].into_iter().chain(parts)).expect("a sound order");
        assert_eq!(kept.is_sound(10), expected, "{shown}");
    }
}

#[test]
fn debug_elides_what_is_secret() {
    assert!(!format!("{:?}", ticket()).contains("canary"));
    assert!(!format!("{:?}", published()).contains("Expires"));
}

/// The lines of a journal, with their checksums.
fn lines(records: Vec<Record>) -> Vec<Vec<u8>> {
    let mut chain = file::Chain::default();
    let mut lines = vec![chain.line(&header())];
    lines.extend(records.iter().map(|record| chain.line(record)));
    lines
}

proptest! {
    /// What nobody wrote is no reason to panic, and what is read of it can be resumed.
    #[test]
    fn records_that_nobody_wrote_are_read_with_care(
        records in proptest::collection::vec(0..7_usize, 0..12),
        values in proptest::collection::vec(any::<(u8, u8, u8)>(), 12),
    ) {
        let mut text = Vec::new();
        for (record, (a, b, c)) in records.into_iter().zip(values) {
            let record = match record {
                0 => ticket(),
                1 => upload(),
                2 => Record::Run,
                3 => Record::Completing,
                4 => Record::Putting,
                _ => part(u32::from(a) % 16, u64::from(b) * 2048, u64::from(c) * 2048),
            };
            text.extend(serde_json::to_vec(&record).expect("a record"));
            text.push(b'\n');
        }
        fuzzing::read(&text);
        text.extend([0, 255, b'\n']);
        fuzzing::read(&text);
    }

    /// Whatever happens to the bytes, what is read is a state that was written, or nothing.
    #[test]
    fn damage_gives_a_state_of_before_or_nothing(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..3),
        moved in proptest::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
        doubled in proptest::option::of(any::<prop::sample::Index>()),
        cut in any::<prop::sample::Index>(),
    ) {
        let records = vec![ticket(), upload(), part(1, 0, 2), part(2, 2, 2), part(3, 4, 2), Record::Completing];
        let mut lines = lines(records);
        if let Some((from, to)) = moved {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            lines.swap(from, to);
        }
        if let Some(at) = doubled {
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
        }
        let mut text = lines.concat();
        for (at, flip) in flips {
            let at = at.index(text.len());
            text[at] ^= flip;
        }
        text.truncate(cut.index(text.len() + 1));
        if let file::Found::Kept { kept, good_bytes, .. } = file::read(&text, &header()) {
            let parts = match &kept.stage {
                Stage::Sending(_, open) => open.parts.clone(),
                _ => Vec::new(),
            };
            let expected = [part(1, 0, 2), part(2, 2, 2), part(3, 4, 2)];
            prop_assert_eq!(
                format!("{:?}", parts.into_iter().map(Record::Part).collect::<Vec<_>>()),
                format!("{:?}", &expected[..parts_of(&kept)])
            );
            prop_assert!(good_bytes <= text.len() as u64);
        }
    }
}
