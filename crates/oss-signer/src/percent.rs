//! Percent-encoding as OSS reads it, for object keys in paths and for query parameters.
//!
//! The unreserved bytes `A-Z a-z 0-9 - _ . ~` stay; each other byte of the UTF-8 text becomes `%XX`, in upper case.
//! A space is `%20`, never `+`.
//! Nothing is normalised: `a/../b`, `a//b` and a trailing slash stay, because they are different objects.

use alloc::string::String;
use core::cmp::Ordering;

use crate::sink::{Sink, written};

/// Returns an object key as it stands in a URL path, without a leading slash; the key's own slashes stay.
///
/// ```
/// use oss_signer::percent::object_key_path;
/// assert_eq!(object_key_path("videos/a b+c.mp4"), "videos/a%20b%2Bc.mp4");
/// assert_eq!(object_key_path("a/../视频"), "a/../%E8%A7%86%E9%A2%91");
/// ```
#[must_use]
pub fn object_key_path(object_key: &str) -> String {
    written(|sink| write_path(sink, object_key))
}

/// Returns the name or the value of a query parameter as it stands in a URL; a slash becomes `%2F`.
///
/// ```
/// use oss_signer::percent::query_component;
/// assert_eq!(query_component("a/b c&d"), "a%2Fb%20c%26d");
/// ```
#[must_use]
pub fn query_component(text: &str) -> String {
    written(|sink| write_component(sink, text))
}

/// Writes an object key as it stands in a path.
pub(crate) fn write_path(sink: &mut (impl Sink + ?Sized), object_key: &str) {
    encode(object_key, is_path_byte, |piece| sink.text(piece));
}

/// Writes the name or the value of a query parameter.
pub(crate) fn write_component(sink: &mut (impl Sink + ?Sized), text: &str) {
    encode(text, is_unreserved, |piece| sink.text(piece));
}

/// Writes the value of a query parameter, which must not be shown to anybody.
pub(crate) fn write_secret_component(sink: &mut (impl Sink + ?Sized), text: &str) {
    encode(text, is_unreserved, |piece| sink.secret(piece));
}

/// Compares two query parameters by the bytes of their encoded forms.
///
/// The raw texts order differently: `|` comes after the letters, `%7C` before them.
pub(crate) fn cmp_components(one: &str, other: &str) -> Ordering {
    encoded_bytes(one).cmp(encoded_bytes(other))
}

fn encoded_bytes(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().flat_map(|byte| {
        let kept = is_unreserved(byte);
        let escape = if kept { [byte, 0, 0] } else { escape(byte) };
        escape.into_iter().take(if kept { 1 } else { 3 })
    })
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

const fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte) || byte == b'/'
}

const fn escape(byte: u8) -> [u8; 3] {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    [b'%', HEX[(byte >> 4) as usize], HEX[(byte & 0x0f) as usize]]
}

/// Hands out runs of kept bytes whole: a security token has some hundred bytes and few escapes.
#[inline]
fn encode(text: &str, is_kept: impl Fn(u8) -> bool, mut write: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(place) = rest.bytes().position(|byte| !is_kept(byte)) {
        // Kept bytes are ASCII, so the first other byte starts a character.
        let (kept, tail) = rest.split_at(place);
        if !kept.is_empty() {
            write(kept);
        }
        let len = tail.chars().next().map_or(0, char::len_utf8);
        let (character, tail) = tail.split_at(len);
        for byte in character.bytes() {
            // An escape is always ASCII.
            write(core::str::from_utf8(&escape(byte)).unwrap_or_default());
        }
        rest = tail;
    }
    if !rest.is_empty() {
        write(rest);
    }
}

/// Returns the decoded text; `None` if an escape is incomplete or the result is not UTF-8.
///
/// A `+` stays, because it is a plus sign in a path.
#[cfg(feature = "http")]
pub(crate) fn decode(text: &str) -> Option<alloc::borrow::Cow<'_, str>> {
    let Some(first) = text.find('%') else {
        return Some(text.into());
    };
    let (kept, escaped) = text.split_at(first);
    let mut bytes = kept.as_bytes().to_vec();
    let mut rest = escaped.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let [high, low, tail @ ..] = tail else {
            return None;
        };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn unreserved_bytes_are_kept() {
        let kept = "ABCXYZabcxyz0189-_.~";
        assert_eq!(object_key_path(kept), kept);
        assert_eq!(query_component(kept), kept);
    }

    #[test]
    fn every_other_ascii_byte_is_escaped_in_upper_case() {
        for byte in 0..=0x7f_u8 {
            if is_unreserved(byte) {
                continue;
            }
            let text = char::from(byte).to_string();
            let escape = format!("%{byte:02X}");
            assert_eq!(query_component(&text), escape);
            let in_path = if byte == b'/' { "/" } else { &escape };
            assert_eq!(object_key_path(&text), in_path);
        }
    }

    #[test]
    fn each_utf8_byte_is_escaped() {
        assert_eq!(query_component("é视😀"), "%C3%A9%E8%A7%86%F0%9F%98%80");
    }

    #[test]
    fn encoded_forms_are_compared() {
        for (one, other) in [
            ("a|b", "ab"),
            ("a", "a b"),
            ("é", "z"),
            ("same", "same"),
            ("Z", "a"),
        ] {
            let expected = query_component(one).cmp(&query_component(other));
            assert_eq!(cmp_components(one, other), expected, "{one} {other}");
        }
    }
}
