//! Lower-case hexadecimal of a SHA-256 or of an HMAC with it.

/// The 64 digits of 32 bytes.
pub(super) struct Hex([u8; 64]);

impl Hex {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 0x0f)];
        }
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        // Only digits were put in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}
