//! A text that can be used but not shown.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text: no Display, no Serialize, no Deref, and a Debug that is the same for every value.
///
/// Its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text; from here on only [`expose`](Self::expose) gives it back.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text itself. The places that may call this are listed in `cargo xtask check`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether a text contains the secret.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.contains(self.0.as_str())
    }

    /// Takes the secret out of a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(self.0.as_str(), "[redacted]")
    }

    pub(crate) fn len_bytes(&self) -> usize {
        self.0.len()
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
    fn debug_shows_neither_text_nor_length() {
        assert_eq!(
            format!("{:?} {:?}", Secret::new("canary"), Secret::new("")),
            "[redacted] [redacted]"
        );
    }
}
