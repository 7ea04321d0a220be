//! A text that can be used but not shown.

use std::fmt;

/// A secret text: no Display, no Serialize, no Deref, and a Debug that is the same for every value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text; from here on only [`expose`](Self::expose) gives it back.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself. The places that may call this are listed in `cargo xtask check`.
    pub fn expose(&self) -> &str {
        &self.0
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
