//! Texts for diagnosis: the string to sign and the canonical request, with the security token hidden.
//!
//! Writing these texts is left to the signature modules; this one remembers which bytes are secret.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use zeroize::Zeroize;

use crate::sink::{Length, Sink};

/// Replaces a secret wherever a text is shown.
pub(crate) const PLACEHOLDER: &str = "[redacted]";

/// The string to sign: the text whose HMAC is the signature.
///
/// `Display` and `Debug` replace the security token by `[redacted]`.
/// Dropping it overwrites the text.
#[derive(Clone, PartialEq, Eq)]
pub struct StringToSign(Recorder);

impl StringToSign {
    pub(crate) fn new(write: impl Fn(&mut dyn Sink)) -> Self {
        Self(Recorder::record(write))
    }

    /// Returns the exact text, with the security token.
    ///
    /// Never log it: whoever reads it can use the token until it expires.
    #[must_use]
    pub fn reveal_secrets(&self) -> &str {
        &self.0.text
    }
}

/// The canonical request of V4: the text whose SHA-256 stands in the string to sign.
///
/// `Display` and `Debug` replace the security token by `[redacted]`.
/// Dropping it overwrites the text.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest(Recorder);

impl CanonicalRequest {
    pub(crate) fn new(write: impl Fn(&mut dyn Sink)) -> Self {
        Self(Recorder::record(write))
    }

    /// Returns the exact text, with the security token.
    ///
    /// Never log it: whoever reads it can use the token until it expires.
    #[must_use]
    pub fn reveal_secrets(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Display for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_redacted(f)
    }
}

impl fmt::Debug for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StringToSign({:?})", self.to_string())
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_redacted(f)
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanonicalRequest({:?})", self.to_string())
    }
}

/// A sink that keeps the text and remembers where its secrets are.
#[derive(Clone, Default, PartialEq, Eq)]
struct Recorder {
    text: String,
    /// Byte ranges of `text`, ascending.
    secrets: Vec<Range<usize>>,
}

impl Recorder {
    /// Counts first, so that the text never moves and leaves no copy of a secret behind.
    fn record(write: impl Fn(&mut dyn Sink)) -> Self {
        let mut length = Length(0);
        write(&mut length);
        let mut recorder = Self {
            text: String::with_capacity(length.0),
            secrets: Vec::new(),
        };
        write(&mut recorder);
        recorder
    }

    fn fmt_redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = 0;
        for secret in &self.secrets {
            f.write_str(&self.text[shown..secret.start])?;
            f.write_str(PLACEHOLDER)?;
            shown = secret.end;
        }
        f.write_str(&self.text[shown..])
    }
}

impl Sink for Recorder {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn secret(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        match self.secrets.last_mut() {
            // An encoded secret comes in pieces.
            Some(last) if last.end == start => last.end = end,
            _ => self.secrets.push(start..end),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_exact() {
        let text = StringToSign::new(|sink| {
            sink.text("a:");
            sink.secret("CANARY");
            sink.secret("%2B");
            sink.text("\nb:");
            sink.secret("CANARY");
        });
        assert_eq!(text.to_string(), "a:[redacted]\nb:[redacted]");
        assert_eq!(
            format!("{text:?}"),
            r#"StringToSign("a:[redacted]\nb:[redacted]")"#
        );
        assert_eq!(text.reveal_secrets(), "a:CANARY%2B\nb:CANARY");
    }
}
