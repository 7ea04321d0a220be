//! One file of the ledger as bytes: an entry a line, the newest first.
//!
//! A line is three numbers of sixteen hexadecimal digits, each with a space after it, and the entry as JSON: the CRC-64 of
//! the rest of the line, the hash of the entry's subject, and when its object was last proven. So a look at one subject
//! parses nothing else, and a line that was damaged, cut or mixed with another is found out.

use std::time::SystemTime;

use oss_client::Crc64Digest;

use super::entry::{Entry, Subject, is_over};

/// The length of a number and the space after it.
const NUMBER_LEN: usize = 17;

/// What is not written any more: the oldest entries of a shard that grows longer than this.
const SHARD_MAX_BYTES: usize = 16 * 1024 * 1024;

/// A line whose checksum fits and that is not too old.
struct Line<'a> {
    /// With the line break.
    text: &'a [u8],
    hash: u64,
    json: &'a [u8],
}

impl<'a> Line<'a> {
    fn read(text: &'a [u8], now: SystemTime) -> Option<Self> {
        let (checksum, rest) = text.strip_suffix(b"\n")?.split_at_checked(NUMBER_LEN)?;
        let (hash, after) = rest.split_at_checked(NUMBER_LEN)?;
        let (proven, json) = after.split_at_checked(NUMBER_LEN)?;
        let is_over = is_over(number(proven)?, now);
        (!is_over && number(checksum)? == checksum_of(rest)).then_some(Self {
            text,
            hash: number(hash)?,
            json,
        })
    }

    fn entry(&self) -> Option<Entry> {
        let entry: Entry = serde_json::from_slice(self.json).ok()?;
        entry.is_sound().then_some(entry)
    }
}

fn lines(text: &[u8], now: SystemTime) -> impl Iterator<Item = Line<'_>> {
    text.split_inclusive(|byte| *byte == b'\n')
        .filter_map(move |line| Line::read(line, now))
}

/// Returns the entries of one subject, the newest first.
pub(super) fn of_subject(text: &[u8], subject: &Subject, now: SystemTime) -> Vec<Entry> {
    let hash = subject.hash();
    lines(text, now)
        .filter(|line| line.hash == hash)
        .filter_map(|line| line.entry())
        .filter(|entry| entry.subject == *subject)
        .collect()
}

/// Returns all entries, the newest first.
pub(super) fn all(text: &[u8], now: SystemTime) -> Vec<Entry> {
    lines(text, now).filter_map(|line| line.entry()).collect()
}

/// Returns the file with one more entry, without the one that it replaces, and without what is damaged or too old.
pub(super) fn with(text: &[u8], entry: &Entry, now: SystemTime) -> Vec<u8> {
    let hash = entry.subject.hash();
    let mut new_text = line_of(entry);
    for line in lines(text, now) {
        let is_replaced = || line.entry().is_none_or(|old| old.is_replaced_by(entry));
        let is_kept = line.hash != hash || !is_replaced();
        if is_kept && new_text.len() + line.text.len() <= SHARD_MAX_BYTES {
            new_text.extend_from_slice(line.text);
        }
    }
    new_text
}

/// Returns the file without some entries, and how many these are.
pub(super) fn without(
    text: &[u8],
    is_unwanted: impl Fn(&Entry) -> bool,
    now: SystemTime,
) -> (Vec<u8>, usize) {
    let (mut new_text, mut removed) = (Vec::new(), 0);
    for line in lines(text, now) {
        match line.entry() {
            Some(entry) if is_unwanted(&entry) => removed += 1,
            _ => new_text.extend_from_slice(line.text),
        }
    }
    (new_text, removed)
}

fn line_of(entry: &Entry) -> Vec<u8> {
    let mut rest = format!("{:016x} {:016x} ", entry.subject.hash(), entry.proven).into_bytes();
    // A struct of texts and numbers always serializes.
    rest.extend(serde_json::to_vec(entry).unwrap_or_default());
    let mut line = format!("{:016x} ", checksum_of(&rest)).into_bytes();
    line.append(&mut rest);
    line.push(b'\n');
    line
}

fn checksum_of(bytes: &[u8]) -> u64 {
    let mut digest = Crc64Digest::new();
    digest.update(bytes);
    digest.value().value()
}

/// Reads sixteen hexadecimal digits and a space.
fn number(text: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text.strip_suffix(b" ")?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}
