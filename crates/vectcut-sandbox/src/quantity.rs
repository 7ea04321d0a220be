//! Sizes, times and rates as people write them.

use std::fmt;
use std::time::Duration;

/// Reads bytes, or with `k` or `m` KiB or MiB.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1024),
        None => text
            .strip_suffix('m')
            .map_or((text, 1), |digits| (digits, 1024 * 1024)),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Reads bytes per second: a size, or with `kbit` or `mbit` thousands or millions of bits.
pub(crate) fn parse_rate(text: &str) -> Option<u64> {
    let (digits, bytes) = match text.strip_suffix("kbit") {
        Some(digits) => (digits, 1000 / 8),
        None => match text.strip_suffix("mbit") {
            Some(digits) => (digits, 1_000_000 / 8),
            None => return parse_size(text),
        },
    };
    digits.parse::<u64>().ok()?.checked_mul(bytes)
}

/// Reads `250ms`, `2s`, `5m` or `1h`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return None,
    };
    Some(Duration::from_millis(
        digits.parse::<u64>().ok()?.checked_mul(unit_ms)?,
    ))
}

/// Shows a time so that [`parse_duration`] reads it, to the millisecond.
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(f, "{}s", self.0.as_secs())
        } else {
            write!(f, "{}ms", self.0.as_millis())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_rates_and_times_are_read() {
        assert_eq!(
            ["7", "64k", "1m", "1g", "", "-1", "99999999999999999m"].map(parse_size),
            [
                Some(7),
                Some(65_536),
                Some(1_048_576),
                None,
                None,
                None,
                None
            ]
        );
        assert_eq!(
            ["400mbit", "8kbit", "5k", "1gbit"].map(parse_rate),
            [Some(50_000_000), Some(1000), Some(5120), None]
        );
        let ms = |text| parse_duration(text).map(|duration| duration.as_millis());
        assert_eq!(
            ["250ms", "2s", "5m", "1h", "5", "s", "1d"].map(ms),
            [
                Some(250),
                Some(2000),
                Some(300_000),
                Some(3_600_000),
                None,
                None,
                None
            ]
        );
    }
}
