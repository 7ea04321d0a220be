//! CRC-64 as OSS computes it, and the combination of two neighbours' values.

use std::fmt;

use crc_fast::{CrcAlgorithm, Digest};

/// The variant that OSS reports in `x-oss-hash-crc64ecma`.
///
/// In the catalogue of CRCs it is CRC-64/XZ. The entry called CRC-64/ECMA-182 is another one.
const ALGORITHM: CrcAlgorithm = CrcAlgorithm::Crc64Xz;

/// A CRC-64/XZ. Displayed as OSS writes it, an unsigned decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crc64(u64);

impl Crc64 {
    /// The CRC-64 of no bytes.
    pub const EMPTY: Self = Self(0);

    /// Wraps a value.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Returns the value.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Reads the decimal form of the header.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self)
    }

    /// Returns the CRC-64 of these bytes followed by others, from both values and the length of the others in bytes.
    #[must_use]
    pub fn followed_by(self, next: Self, next_len_bytes: u64) -> Self {
        Self(crc_fast::checksum_combine(
            ALGORITHM,
            self.0,
            next.0,
            next_len_bytes,
        ))
    }
}

impl fmt::Display for Crc64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Computes a CRC-64 over bytes that come in pieces.
#[derive(Debug, Clone)]
pub struct Crc64Digest(Digest);

impl Crc64Digest {
    /// Returns the digest of no bytes.
    pub fn new() -> Self {
        Self(Digest::new(ALGORITHM))
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the CRC-64 of the bytes so far.
    pub fn value(&self) -> Crc64 {
        Crc64(self.0.finalize())
    }
}

impl Default for Crc64Digest {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crc(bytes: &[u8]) -> Crc64 {
        let mut digest = Crc64Digest::new();
        digest.update(bytes);
        digest.value()
    }

    /// The values are crcmod's, which the vendor's Python SDK uses; the second is also the check value of the catalogue.
    #[test]
    fn known_values() {
        for (bytes, expected) in [
            (&b""[..], 0),
            (b"123456789", 11_051_210_869_376_104_954),
            (b"a", 3_675_645_893_302_102_789),
            (b"hello world", 5_981_764_153_023_615_706),
            (&[0; 1024], 14_085_117_335_336_199_948),
        ] {
            assert_eq!(crc(bytes), Crc64(expected));
        }
    }

    #[test]
    fn the_empty_value_is_that_of_no_bytes() {
        assert_eq!(crc(b""), Crc64::EMPTY);
    }

    #[test]
    fn the_header_is_read_with_white_space_and_nothing_else() {
        assert_eq!(
            Crc64::parse(" 18446744073709551615\n"),
            Some(Crc64(u64::MAX))
        );
        for bad in ["", "-1", "0x10", "18446744073709551616", "1 2"] {
            assert_eq!(Crc64::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn neighbours_combine_to_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in any::<prop::sample::Index>()) {
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(crc(head).followed_by(crc(tail), tail.len() as u64), crc(&bytes));
        }
    }
}
