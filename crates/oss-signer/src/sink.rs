//! Where canonical text goes while it is written: into a hash, or into a string.
//!
//! The text that is signed and the text that is shown come from the same code.
//! So a text that is shown for diagnosis is the text that was signed.
//! What the text consists of is left to the signature modules.

use alloc::string::String;

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A receiver of canonical text.
pub(crate) trait Sink {
    /// Takes the next piece of text.
    fn text(&mut self, text: &str);

    /// Takes the next piece of text as bytes that are known to be ASCII.
    fn ascii(&mut self, bytes: &[u8]) {
        self.text(core::str::from_utf8(bytes).unwrap_or_default());
    }

    /// Takes the next piece of text, which must not be shown to anybody.
    fn secret(&mut self, text: &str) {
        self.text(text);
    }
}

impl Sink for Hmac<Sha1> {
    fn text(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }

    fn ascii(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }
}

impl Sink for Hmac<Sha256> {
    fn text(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }

    fn ascii(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }
}

impl Sink for Sha256 {
    fn text(&mut self, text: &str) {
        Digest::update(self, text.as_bytes());
    }
}

impl Sink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// Counts bytes, so that a string can be allocated once in its final length.
pub(crate) struct Length(pub(crate) usize);

impl Sink for Length {
    fn text(&mut self, text: &str) {
        self.0 += text.len();
    }
}

/// Writes a string with a single allocation, by writing it twice: once to count.
///
/// A string that never grows also leaves no copy of a secret behind in freed memory.
pub(crate) fn written(write: impl Fn(&mut dyn Sink)) -> String {
    let mut length = Length(0);
    write(&mut length);
    let mut text = String::with_capacity(length.0);
    write(&mut text);
    text
}
