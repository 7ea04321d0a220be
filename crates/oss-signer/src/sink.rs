//! Where canonical text goes while it is written: into a hash, or into a string for a person.
//!
//! The text that is signed and the text that is shown come from the same code, so what a diagnosis shows is what was signed.
//! What the text consists of is left to the signature modules.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A receiver of canonical text.
pub(crate) trait Sink {
    /// Takes the next piece of text.
    fn text(&mut self, text: &str);

    /// Takes the next piece of text, which nobody may see.
    fn secret(&mut self, text: &str) {
        self.text(text);
    }
}

impl Sink for Hmac<Sha1> {
    fn text(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }
}

impl Sink for Hmac<Sha256> {
    fn text(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
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
