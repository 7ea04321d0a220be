//! One header of a request, and which headers a signature is about.

use alloc::borrow::{Cow, ToOwned};

/// One header of a request.
#[derive(Clone)]
pub(crate) struct Header<'a> {
    /// In lower case.
    pub(crate) name: Cow<'a, str>,
    /// Without surrounding spaces and tabs, which HTTP does not transmit.
    pub(crate) value: Cow<'a, str>,
}

/// Tells whether both versions sign the header of this lower-case name.
pub(crate) fn is_oss_header(name: &str) -> bool {
    name.starts_with("x-oss-")
}

/// Tells whether a signature of either version, or checking it, reads the header of this lower-case name.
pub(crate) fn is_read(name: &str) -> bool {
    let others = ["authorization", "content-md5", "content-type", "date"];
    is_oss_header(name) || others.contains(&name)
}

/// Drops the spaces and tabs around a value.
pub(crate) fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    const BLANK: [char; 2] = [' ', '\t'];
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(value.trim_matches(BLANK)),
        Cow::Owned(value) if value.trim_matches(BLANK).len() == value.len() => Cow::Owned(value),
        Cow::Owned(value) => Cow::Owned(value.trim_matches(BLANK).to_owned()),
    }
}

/// Returns the name in lower case, without an allocation for the names that most requests have.
pub(crate) fn lower_case(name: &str) -> Cow<'_, str> {
    const FREQUENT: [(&str, &str); 2] = [
        ("Content-Type", "content-type"),
        ("Content-MD5", "content-md5"),
    ];
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    match FREQUENT.iter().find(|(given, _)| *given == name) {
        Some((_, lower)) => Cow::Borrowed(lower),
        None => Cow::Owned(name.to_ascii_lowercase()),
    }
}
