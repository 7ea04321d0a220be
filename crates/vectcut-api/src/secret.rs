//! A text that can be used but not shown.

use std::fmt;

use zeroize::Zeroizing;

/// Shorter secrets are not looked for in other texts. Real ones have 20 characters and more.
const FOUND_MIN_BYTES: usize = 8;

/// A secret text: no Display, no Serialize, no Deref, and a Debug that is the same for every value.
///
/// Its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text. Only [`expose`](Self::expose) returns it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text itself. The places that may call this are listed in `cargo xtask check`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether a text contains the secret. A short one counts as absent, since it may be there by chance.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.len() >= FOUND_MIN_BYTES && text.contains(self.0.as_str())
    }

    /// Takes the secret out of a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(self.0.as_str(), "[redacted]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_found_in_a_text_unless_it_is_short() {
        assert!(Secret::new("canary-1").is_in("up/canary-1/clip.mp4"));
        assert!(!Secret::new("canary-1").is_in("up/canary-2/clip.mp4"));
        assert!(!Secret::new("c").is_in("up/clip.mp4"));
    }

    #[test]
    fn debug_shows_neither_text_nor_length() {
        assert_eq!(
            format!("{:?} {:?}", Secret::new("canary"), Secret::new("")),
            "[redacted] [redacted]"
        );
    }
}
