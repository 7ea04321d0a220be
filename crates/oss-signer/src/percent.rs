//! Percent-encoding as OSS reads it: one alphabet for object keys in paths and for query components.
//!
//! Each byte of the UTF-8 text is kept if it is unreserved (`A-Z a-z 0-9 - _ . ~`) and written as `%XX`, upper-case, otherwise.
//! A space is `%20`, never `+`.
//! Nothing is normalised: `a/../b`, `a//b` and a trailing slash stay, because they are different objects.
//! Form encoding (`application/x-www-form-urlencoded`) is not offered: OSS does not use it in a URL.

use std::borrow::Cow;

/// Returns an object key as it stands in a URL path, without a leading slash; the key's own slashes stay.
///
/// ```
/// use oss_signer::percent::object_key_path;
/// assert_eq!(object_key_path("videos/a b+c.mp4"), "videos/a%20b%2Bc.mp4");
/// assert_eq!(object_key_path("a/../视频"), "a/../%E8%A7%86%E9%A2%91");
/// ```
#[must_use]
pub fn object_key_path(object_key: &str) -> String {
    encode(object_key, is_path_character).into_owned()
}

/// Returns the name or the value of a query parameter as it stands in a URL; a slash becomes `%2F`.
///
/// ```
/// use oss_signer::percent::query_component;
/// assert_eq!(query_component("a/b c&d"), "a%2Fb%20c%26d");
/// ```
#[must_use]
pub fn query_component(text: &str) -> String {
    encode(text, is_unreserved).into_owned()
}

/// [`object_key_path`], without a copy when nothing has to be encoded.
pub(crate) fn encode_path(text: &str) -> Cow<'_, str> {
    encode(text, is_path_character)
}

/// [`query_component`], without a copy when nothing has to be encoded.
pub(crate) fn encode_component(text: &str) -> Cow<'_, str> {
    encode(text, is_unreserved)
}

fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '~')
}

fn is_path_character(character: char) -> bool {
    is_unreserved(character) || character == '/'
}

/// Copies runs of kept characters whole: a security token is some hundred bytes with an escape here and there.
#[inline]
fn encode(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if text.chars().all(&is_kept) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + text.len() / 2 + 16);
    let mut rest = text;
    while let Some(place) = rest.find(|character| !is_kept(character)) {
        let (kept, tail) = rest.split_at(place);
        encoded.push_str(kept);
        let len = tail.chars().next().map_or(0, char::len_utf8);
        let (escaped, tail) = tail.split_at(len);
        for byte in escaped.bytes() {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 0x0f)]));
        }
        rest = tail;
    }
    encoded.push_str(rest);
    Cow::Owned(encoded)
}

#[cfg(test)]
mod tests {
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
            if is_unreserved(char::from(byte)) {
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
}
