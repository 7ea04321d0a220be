//! Texts kept for diagnosis: the string to sign and the canonical request, with the security token hidden.
//!
//! Writing these texts is left to the signature modules; this one only remembers which bytes are secret.

use std::fmt;
use std::ops::Range;

use crate::sink::Sink;

/// What stands in for a security token wherever a text is shown.
const PLACEHOLDER: &str = "[redacted]";

/// The string to sign: the text whose HMAC is the signature.
///
/// `Display` and `Debug` show it with the security token replaced by `[redacted]`, which is enough to compare it with the one that OSS repeats in a `SignatureDoesNotMatch` reply.
#[derive(Clone, PartialEq, Eq)]
pub struct StringToSign(Recorder);

impl StringToSign {
    /// Returns the exact text, security token included.
    ///
    /// Never log it: whoever reads it can use the token until it expires.
    #[must_use]
    pub fn reveal_secrets(&self) -> &str {
        &self.0.text
    }
}

impl From<Recorder> for StringToSign {
    fn from(text: Recorder) -> Self {
        Self(text)
    }
}

/// The canonical request of V4: the text whose SHA-256 stands in the string to sign.
///
/// `Display` and `Debug` show it with the security token replaced by `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest(Recorder);

impl CanonicalRequest {
    /// Returns the exact text, security token included.
    ///
    /// Never log it: whoever reads it can use the token until it expires.
    #[must_use]
    pub fn reveal_secrets(&self) -> &str {
        &self.0.text
    }
}

impl From<Recorder> for CanonicalRequest {
    fn from(text: Recorder) -> Self {
        Self(text)
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
pub(crate) struct Recorder {
    text: String,
    /// Byte ranges of `text`, ascending.
    secrets: Vec<Range<usize>>,
}

impl Recorder {
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
        self.secrets.push(start..self.text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_exact() {
        let mut recorder = Recorder::default();
        recorder.text("a:");
        recorder.secret("CANARY");
        recorder.text("\nb:");
        recorder.secret("CANARY");
        let text = StringToSign::from(recorder);
        assert_eq!(text.to_string(), "a:[redacted]\nb:[redacted]");
        assert_eq!(
            format!("{text:?}"),
            r#"StringToSign("a:[redacted]\nb:[redacted]")"#
        );
        assert_eq!(text.reveal_secrets(), "a:CANARY\nb:CANARY");
    }
}
