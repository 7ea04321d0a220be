//! The rules that a text must pass before it is signed.
//!
//! They refuse only what makes a signature ambiguous or a request impossible to send.
//! OSS's own naming rules are left to OSS and to callers.

use crate::error::{Field, SignError};

/// Refuses the empty text.
#[inline]
pub(crate) fn empty(text: &str, field: impl FnOnce() -> Field) -> Result<(), SignError> {
    if text.is_empty() {
        return Err(SignError::Empty { field: field() });
    }
    Ok(())
}

/// Refuses a text with a bad byte, and names the first character that contains one.
///
/// A rule must accept either all bytes above ASCII or none of them.
#[inline]
pub(crate) fn bytes(
    text: &str,
    is_bad: impl Fn(u8) -> bool,
    field: impl FnOnce() -> Field,
) -> Result<(), SignError> {
    // No early exit: a loop without branches is several times faster over a security token of some hundred bytes.
    let any_bad = text
        .bytes()
        .fold(0, |any_bad, byte| any_bad | u8::from(is_bad(byte)));
    if any_bad == 0 {
        return Ok(());
    }
    let character = text.char_indices().find(|&(place, _)| {
        let first_byte = text.as_bytes()[place];
        is_bad(first_byte)
    });
    Err(SignError::Character {
        field: field(),
        character: character.map_or(char::REPLACEMENT_CHARACTER, |(_, character)| character),
    })
}

/// Refuses the empty text and everything but visible ASCII.
pub(crate) fn other_than_visible_ascii(
    text: &str,
    field: impl Fn() -> Field,
) -> Result<(), SignError> {
    empty(text, &field)?;
    // The largest distance from the first visible character is quicker to find than a bad character.
    // The two halves do not wait for each other.
    let distance = |byte: &u8| byte.wrapping_sub(b'!');
    let (left, right) = text.as_bytes().split_at(text.len() / 2);
    let last = right.last().map_or(0, distance);
    let (left, right) = left
        .iter()
        .zip(right)
        .fold((0, last), |(one, other), (left, right)| {
            (one.max(distance(left)), other.max(distance(right)))
        });
    if left.max(right) <= b'~' - b'!' {
        return Ok(());
    }
    bytes(text, |byte| !byte.is_ascii_graphic(), field)
}

/// ASCII control characters. CR and LF would start a new line of the text that is signed.
pub(crate) const fn control(byte: u8) -> bool {
    byte.is_ascii_control()
}

/// What HTTP forbids in a header's value: control characters except the tab.
pub(crate) const fn no_header_value(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// What HTTP forbids in a header's name: everything but the characters of a token, RFC 9110 section 5.6.2.
pub(crate) const fn no_header_name(byte: u8) -> bool {
    !matches!(
        byte,
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~'
    )
}

/// What the name of a form field cannot have. The variables of a callback begin with `x:`.
pub(crate) const fn no_form_field(byte: u8) -> bool {
    no_header_name(byte) && byte != b':'
}

/// Everything but upper-case letters.
pub(crate) const fn no_method(byte: u8) -> bool {
    !byte.is_ascii_uppercase()
}

/// Everything but letters, digits, `-`, `_` and `.`; with a slash, two objects could share one signature.
pub(crate) const fn no_bucket(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Everything but letters, digits and hyphens; a slash would end a region or product within the scope.
pub(crate) const fn no_scope_part(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Everything but visible ASCII, and what would end the access key ID within an `Authorization` header: `:` in V1, `/` and `,` in V4.
pub(crate) const fn no_access_key_id(byte: u8) -> bool {
    !byte.is_ascii_graphic() || matches!(byte, b':' | b'/' | b',')
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn header_names_are_tokens() {
        let token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for byte in 0..=u8::MAX {
            let is_token = token.as_bytes().contains(&byte);
            assert_eq!(no_header_name(byte), !is_token, "{byte:#04x}");
        }
    }

    #[test]
    fn a_bad_character_is_found_in_every_place() {
        for len in 1..70 {
            assert_eq!(
                other_than_visible_ascii(&"~!".repeat(len)[..len], || Field::SecurityToken),
                Ok(())
            );
            for place in 0..len {
                for bad in [' ', '\n', '\u{7f}'] {
                    let mut text: String = "a".repeat(len);
                    text.replace_range(place..=place, bad.encode_utf8(&mut [0; 4]));
                    let refused = other_than_visible_ascii(&text, || Field::SecurityToken);
                    assert!(refused.is_err(), "{bad:?} at {place} of {len}");
                }
            }
        }
    }

    #[test]
    fn the_first_bad_character_is_named() {
        let refused = other_than_visible_ascii("a-视\n", || Field::SecurityToken);
        assert_eq!(
            refused,
            Err(SignError::Character {
                field: Field::SecurityToken,
                character: '视',
            })
        );
    }
}
