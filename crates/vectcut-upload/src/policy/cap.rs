//! The largest request that a network lets pass: some cut every connection after so many bytes. Pure.

use super::plan::PART_MIN_BYTES;

/// How many requests in a row must succeed before larger ones are tried again.
const SUCCESSES_TO_GROW: u32 = 16;

/// What failures of connections say about the size of requests. All files share it, so that each need not find out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cap {
    bytes: u64,
    /// How many requests of about this size succeeded since it was last changed.
    successes: u32,
}

impl Default for Cap {
    fn default() -> Self {
        Self {
            bytes: u64::MAX,
            successes: 0,
        }
    }
}

impl Cap {
    /// Returns the longest body to try, in bytes.
    pub(crate) fn bytes(self) -> u64 {
        self.bytes
    }

    /// The connection failed repeatedly under a body of `len_bytes`.
    pub(crate) fn cut(&mut self, len_bytes: u64) {
        let half = (len_bytes / 2).max(PART_MIN_BYTES);
        *self = Self {
            bytes: self.bytes.min(half),
            successes: 0,
        };
    }

    /// OSS acknowledged a body of `len_bytes`.
    pub(crate) fn acknowledged(&mut self, len_bytes: u64) {
        if self.bytes == u64::MAX || len_bytes < self.bytes / 2 {
            return;
        }
        self.successes += 1;
        if self.successes == SUCCESSES_TO_GROW {
            *self = Self {
                bytes: self.bytes.saturating_mul(2),
                successes: 0,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn requests_that_fail_get_smaller_and_grow_again_after_successes() {
        let mut cap = Cap::default();
        cap.acknowledged(MIB);
        assert_eq!(cap.bytes(), u64::MAX);
        cap.cut(32 * MIB);
        cap.cut(64 * MIB);
        assert_eq!(cap.bytes(), 16 * MIB);
        (0..100).for_each(|_| cap.acknowledged(MIB));
        assert_eq!(cap.bytes(), 16 * MIB, "small ones prove nothing");
        (0..SUCCESSES_TO_GROW).for_each(|_| cap.acknowledged(16 * MIB));
        assert_eq!(cap.bytes(), 32 * MIB);
    }

    #[test]
    fn no_request_gets_smaller_than_the_smallest_part() {
        let mut cap = Cap::default();
        cap.cut(1);
        assert_eq!(cap.bytes(), PART_MIN_BYTES);
    }
}
