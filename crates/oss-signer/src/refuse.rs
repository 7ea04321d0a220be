//! The rules that a text must pass before it is signed.
//!
//! Only what would make a signature ambiguous or a request impossible to send is refused; OSS's own naming rules are left to OSS and to callers.

use crate::error::{Field, SignError};

/// Refuses the empty text.
pub(crate) fn empty(text: &str, field: impl FnOnce() -> Field) -> Result<(), SignError> {
    if text.is_empty() {
        return Err(SignError::Empty { field: field() });
    }
    Ok(())
}

/// Refuses ASCII control characters: CR and LF start a new line of the canonical text, and none of them is safe in raw text.
pub(crate) fn controls(text: &str, field: impl FnOnce() -> Field) -> Result<(), SignError> {
    any_byte(text, u8::is_ascii_control, field)
}

/// Refuses what HTTP does not let into a header's value: control characters, the tab excepted.
pub(crate) fn header_value_controls(
    text: &str,
    field: impl FnOnce() -> Field,
) -> Result<(), SignError> {
    any_byte(
        text,
        |&byte| byte.is_ascii_control() && byte != b'\t',
        field,
    )
}

/// Refuses the empty text and everything but visible ASCII without `reserved`.
pub(crate) fn other_than_visible_ascii(
    text: &str,
    reserved: &[u8],
    field: impl Fn() -> Field,
) -> Result<(), SignError> {
    empty(text, &field)?;
    any_byte(
        text,
        |byte| !byte.is_ascii_graphic() || reserved.contains(byte),
        field,
    )
}

/// Refuses the empty text and everything but ASCII letters, digits and `punctuation`.
pub(crate) fn other_than_alphanumeric(
    text: &str,
    punctuation: &[u8],
    field: impl Fn() -> Field,
) -> Result<(), SignError> {
    empty(text, &field)?;
    any_byte(
        text,
        |byte| !byte.is_ascii_alphanumeric() && !punctuation.contains(byte),
        field,
    )
}

/// Refuses the text if any of its bytes is bad, and names the first character that has one.
fn any_byte(
    text: &str,
    is_bad: impl Fn(&u8) -> bool,
    field: impl FnOnce() -> Field,
) -> Result<(), SignError> {
    // No early exit: over a security token of some hundred bytes, the branch-free loop is several times as fast.
    let mut any_bad = false;
    for byte in text.as_bytes() {
        any_bad |= is_bad(byte);
    }
    if !any_bad {
        return Ok(());
    }
    let position = text.bytes().position(|byte| is_bad(&byte)).unwrap_or(0);
    // A bad byte of a longer character is its first one: all bytes of such a character are bad or none is.
    let character = text[position..].chars().next().unwrap_or_default();
    Err(SignError::Character {
        field: field(),
        character,
    })
}
