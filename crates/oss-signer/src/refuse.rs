//! The rules that a text must pass before it is signed.
//!
//! Only what would make a signature ambiguous or a request impossible to send is refused; OSS's own naming rules are left to OSS and to callers.

use crate::error::{Field, SignError};

/// Refuses the empty text.
#[inline]
pub(crate) fn empty(text: &str, field: impl FnOnce() -> Field) -> Result<(), SignError> {
    if text.is_empty() {
        return Err(SignError::Empty { field: field() });
    }
    Ok(())
}

/// Refuses the text if any of its bytes is bad, and names the first character that has one.
///
/// A rule must hold for all bytes of a character beyond ASCII or for none.
#[inline]
pub(crate) fn bytes(
    text: &str,
    is_bad: impl Fn(u8) -> bool,
    field: impl FnOnce() -> Field,
) -> Result<(), SignError> {
    // No early exit: over a security token of some hundred bytes, a loop without branches takes a fraction of the time.
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
    // The extremes of a security token of some hundred bytes are found in half the time of any other test.
    let (min, max) = text.bytes().fold((u8::MAX, u8::MIN), |(min, max), byte| {
        (min.min(byte), max.max(byte))
    });
    if min.is_ascii_graphic() && max.is_ascii_graphic() {
        return Ok(());
    }
    bytes(text, |byte| !byte.is_ascii_graphic(), field)
}

/// ASCII control characters: CR and LF start a new line of the canonical text, and none of them is safe in raw text.
pub(crate) const fn control(byte: u8) -> bool {
    byte.is_ascii_control()
}

/// What HTTP does not let into a header's value: control characters, the tab excepted.
pub(crate) const fn no_header_value(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// What HTTP does not let into a header's name: all but the characters of a token, RFC 9110 section 5.6.2.
pub(crate) const fn no_header_name(byte: u8) -> bool {
    !matches!(
        byte,
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~'
    )
}

/// Everything but the upper-case letters of which methods are made.
pub(crate) const fn no_method(byte: u8) -> bool {
    !byte.is_ascii_uppercase()
}

/// Everything but the characters that bucket names have ever had; a slash would let two objects share one signature.
pub(crate) const fn no_bucket(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Everything but letters, digits and hyphens, of which regions and products are made; a slash would end them in the scope.
pub(crate) const fn no_scope_part(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What would end the access key ID in an Authorization: `:` in V1, `/` and `,` in V4.
pub(crate) const fn no_access_key_id(byte: u8) -> bool {
    matches!(byte, b':' | b'/' | b',')
}

#[cfg(test)]
mod tests {
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
