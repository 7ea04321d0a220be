//! Ways to damage a journal: its bytes and lines as they are, or its values under checksums that fit.

use std::collections::BTreeMap;

use fastrand::Rng;
use oss_client::Crc64Digest;
use serde_json::Value;

/// A damaged journal.
pub(super) struct Damage {
    pub(super) journal: Vec<u8>,
    /// What was done to it.
    pub(super) what: String,
    /// Whether the checksums were computed anew, so that the damage does not show.
    pub(super) checksums_fit: bool,
}

/// Values that stand in journals, by their names.
pub(super) struct Pool {
    values: BTreeMap<String, Vec<Value>>,
    records: Vec<String>,
}

impl Pool {
    pub(super) fn new<'a>(journals: impl Iterator<Item = &'a String>) -> Self {
        let records: Vec<_> = journals.flat_map(|journal| records(journal)).collect();
        let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for record in &records {
            let record: Value = serde_json::from_str(record).unwrap();
            for path in leaves(&record) {
                let value = record.pointer(&path).unwrap().clone();
                values.entry(name(&path)).or_default().push(value);
            }
        }
        Self { values, records }
    }
}

impl Damage {
    pub(super) fn any(journal: &str, pool: &Pool, rng: &mut Rng) -> Self {
        if rng.u8(..) < 100 {
            let (journal, what) = damage_bytes(journal, pool, rng);
            return Self {
                journal,
                what,
                checksums_fit: false,
            };
        }
        let mut records = records(journal);
        let times = rng.usize(1..3);
        let what: Vec<_> = (0..times)
            .map(|_| damage_records(&mut records, pool, rng))
            .collect();
        Self {
            journal: chained(&records),
            what: what.join(", "),
            checksums_fit: true,
        }
    }
}

/// The records of a journal, without their checksums.
pub(super) fn records(journal: &str) -> Vec<String> {
    let lines = journal.lines();
    lines
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect()
}

/// Writes records as the program does: each line begins with the CRC-64 of all records so far.
pub(super) fn chained(records: &[String]) -> Vec<u8> {
    let mut digest = Crc64Digest::new();
    let lines = records.iter().map(|record| {
        digest.update(record.as_bytes());
        digest.update(b"\n");
        format!("{:016x} {record}\n", digest.clone().value().value())
    });
    lines.collect::<String>().into_bytes()
}

fn damage_bytes(journal: &str, pool: &Pool, rng: &mut Rng) -> (Vec<u8>, String) {
    let mut bytes = journal.as_bytes().to_vec();
    let at = rng.usize(..bytes.len());
    let mut lines: Vec<_> = journal.split_inclusive('\n').collect();
    let line = rng.usize(..lines.len());
    let joined = |lines: Vec<&str>| lines.concat().into_bytes();
    let foreign;
    match rng.u8(..9) {
        0 => {
            bytes[at] ^= 1 << rng.u8(..8);
            (bytes, format!("a bit of byte {at} flipped"))
        }
        1 => {
            let digits: Vec<_> = (0..bytes.len())
                .filter(|at| bytes[*at].is_ascii_digit())
                .collect();
            let at = digits[rng.usize(..digits.len())];
            bytes[at] = rng.u8(b'0'..=b'9');
            (bytes, format!("another digit at byte {at}"))
        }
        2 => {
            bytes.truncate(at);
            (bytes, format!("cut at byte {at}"))
        }
        3 => {
            let end = (at + rng.usize(1..200)).min(bytes.len());
            bytes.drain(at..end);
            (bytes, format!("bytes {at}..{end} gone"))
        }
        4 => {
            let end = (at + rng.usize(1..200)).min(bytes.len());
            let doubled = bytes[at..end].to_vec();
            bytes.splice(at..at, doubled);
            (bytes, format!("bytes {at}..{end} doubled"))
        }
        5 => {
            lines.insert(rng.usize(..=lines.len()), lines[line]);
            (joined(lines), format!("line {line} doubled"))
        }
        6 => {
            lines.remove(line);
            (joined(lines), format!("line {line} gone"))
        }
        7 => {
            let other = rng.usize(..lines.len());
            lines.swap(line, other);
            (joined(lines), format!("lines {line} and {other} swapped"))
        }
        _ => {
            foreign = pool.records[rng.usize(..pool.records.len())].clone() + "\n";
            lines.insert(line, &foreign);
            (
                joined(lines),
                format!("a line without checksum before line {line}"),
            )
        }
    }
}

fn damage_records(records: &mut Vec<String>, pool: &Pool, rng: &mut Rng) -> String {
    let at = rng.usize(..records.len());
    match rng.u8(..10) {
        0 => {
            let gone = records.remove(at);
            if records.is_empty() {
                records.push(gone);
            }
            format!("record {at} gone")
        }
        1 => {
            let doubled = records[at].clone();
            records.insert(rng.usize(..=records.len()), doubled);
            format!("record {at} doubled")
        }
        2 => {
            let other = rng.usize(..records.len());
            records.swap(at, other);
            format!("records {at} and {other} swapped")
        }
        3 => {
            let foreign = &pool.records[rng.usize(..pool.records.len())];
            records.insert(rng.usize(1..=records.len()), foreign.clone());
            format!("a record from elsewhere: {foreign}")
        }
        4 => {
            records.truncate(at.max(1));
            format!("cut before record {at}")
        }
        _ => damage_value(&mut records[at], pool, rng),
    }
}

/// Changes one value of a record.
fn damage_value(record: &mut String, pool: &Pool, rng: &mut Rng) -> String {
    let mut json: Value = serde_json::from_str(record).unwrap();
    let paths = leaves(&json);
    if paths.is_empty() {
        return "nothing".into();
    }
    let path = &paths[rng.usize(..paths.len())];
    let known = &pool.values[&name(path)];
    let value = json.pointer_mut(path).unwrap();
    let other = match &*value {
        _ if rng.bool() => known[rng.usize(..known.len())].clone(),
        Value::Number(number) => any_number(number.as_u64().unwrap_or_default(), rng).into(),
        Value::String(text) => any_text(text, rng).into(),
        Value::Bool(is) => Value::Bool(!is),
        _ => Value::String("x".into()),
    };
    let what = format!("{path}: {value} is {other}");
    *value = other;
    *record = json.to_string();
    what
}

fn any_number(number: u64, rng: &mut Rng) -> u64 {
    const PART: u64 = 128 * 1024;
    match rng.u8(..9) {
        0 => 0,
        1 => u64::MAX,
        2 => number.wrapping_add(1),
        3 => number.wrapping_sub(1),
        4 => number.wrapping_add(PART),
        5 => number.wrapping_sub(PART),
        6 => number.wrapping_mul(2),
        7 => [1, 2, 10_000, 10_001, 65_536][rng.usize(..5)],
        _ => rng.u64(..),
    }
}

fn any_text(text: &str, rng: &mut Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = rng.usize(..=chars.len());
    match rng.u8(..5) {
        0 => return String::new(),
        1 => chars.insert(
            at,
            ['"', '/', '\n', '\0', '%', '\u{202e}', 'ß', '.'][rng.usize(..8)],
        ),
        2 => chars.truncate(at),
        3 => chars.reverse(),
        _ => {
            if let Some(char) = chars.get_mut(at) {
                *char = rng.alphanumeric();
            }
        }
    }
    chars.into_iter().collect()
}

/// The paths of all values in a record that are not made of others.
fn leaves(json: &Value) -> Vec<String> {
    let Value::Object(fields) = json else {
        return vec![String::new()];
    };
    let below = fields.iter().flat_map(|(name, value)| {
        let paths = leaves(value).into_iter();
        paths.map(move |path| format!("/{name}{path}"))
    });
    below.collect()
}

fn name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
