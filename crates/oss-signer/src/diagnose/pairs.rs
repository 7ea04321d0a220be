//! Names and values, and their first difference.

use alloc::string::String;
use alloc::vec::Vec;

use super::diagnosis::Change;

/// The longest name to show, in characters.
const NAME_MAX_CHARS: usize = 64;

/// Returns the first name whose value differs, in the order of the names.
pub(super) fn first_difference(
    ours: &[(&str, &str)],
    theirs: &[(&str, &str)],
) -> Option<(String, Change)> {
    let mut names: Vec<&str> = ours.iter().chain(theirs).map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.into_iter().find_map(|name| {
        let change = match (value(ours, name), value(theirs, name)) {
            (Some(one), Some(other)) if one == other => return None,
            (Some(one), Some(other)) if decoded(one) == decoded(other) => Change::Encoded,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
        };
        Some((name.chars().take(NAME_MAX_CHARS).collect(), change))
    })
}

/// Returns the value of a name.
pub(super) fn value<'a>(pairs: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(given, _)| *given == name);
    found.map(|(_, value)| *value)
}

/// Splits `a=1&b` at `&`.
pub(super) fn query_pairs(query: &str) -> Vec<(&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// Splits each line at its first `:`.
pub(super) fn header_pairs<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    lines
        .map(|line| line.split_once(':').unwrap_or((line, "")))
        .collect()
}

/// Undoes percent-encoding, so that texts in different encodings compare equal.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        rest = tail;
        match escaped {
            Some((high, low)) => {
                bytes.push((high << 4) | low);
                rest = &tail[2..];
            }
            None if *first == b'+' => bytes.push(b' '),
            None => bytes.push(*first),
        }
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
