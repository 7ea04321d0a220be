//! Sizes, rates and lengths of time as people write them: the one grammar of the sandbox and of the command.
//!
//! ```
//! use std::time::Duration;
//! use vectcut_sandbox::quantity;
//!
//! assert_eq!(quantity::size("1.5GiB"), Some(1_610_612_736));
//! assert_eq!(quantity::rate("400mbit"), Some(50_000_000));
//! assert_eq!(quantity::duration("1h30m"), Some(Duration::from_secs(5400)));
//! ```

use std::fmt;
use std::time::Duration;

const KIB: u64 = 1024;
/// The most digits that may follow a decimal point.
const FRACTION_DIGITS_MAX: usize = 9;
/// The units of time with their milliseconds, longest first.
const TIME_UNITS: &[(&str, u64)] = &[
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// Reads a number of bytes, such as `1048576`, `500k`, `8M` or `1.5GiB`.
///
/// The units are powers of 1024; `k`, `kb` and `kib` are the same, in any case.
/// Returns `None` for anything else, and above `u64::MAX`.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => KIB,
        "m" | "mb" | "mib" => KIB * KIB,
        "g" | "gb" | "gib" => KIB * KIB * KIB,
        _ => return None,
    };
    scaled(number, unit)
}

/// Reads a number of bytes per second: a [`size`], or decimal bits such as `800kbit`, `50mbit` or `1gbit`.
///
/// Returns `None` for anything else, and above `u64::MAX`.
pub fn rate(text: &str) -> Option<u64> {
    let (number, unit) = split(text);
    let bytes_per_second = match unit.to_ascii_lowercase().as_str() {
        "kbit" => 1_000 / 8,
        "mbit" => 1_000_000 / 8,
        "gbit" => 1_000_000_000 / 8,
        _ => return size(text),
    };
    scaled(number, bytes_per_second)
}

/// Reads a length of time, such as `90` (seconds), `250ms`, `2s`, `5m`, `1h30m` or `1d`, to the millisecond.
///
/// Longer units stand before shorter ones, and each stands at most once.
/// Returns `None` for anything else, and above `u64::MAX` milliseconds.
pub fn duration(text: &str) -> Option<Duration> {
    if split(text).1.is_empty() {
        return scaled(text, 1000).map(Duration::from_millis);
    }
    let (mut rest, mut units, mut total_ms) = (text, TIME_UNITS, 0_u64);
    while !rest.is_empty() {
        let (number, tail) = split(rest);
        let unit_len = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_len);
        let at = units.iter().position(|(name, _)| *name == unit)?;
        total_ms = total_ms.checked_add(scaled(number, units.get(at)?.1)?)?;
        (rest, units) = (tail, units.get(at + 1..)?);
    }
    Some(Duration::from_millis(total_ms))
}

/// Splits a text after its leading digits and decimal point.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Returns a decimal number times `unit`, without the fraction of the product.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = match number.split_once('.') {
        None => (number, "0"),
        Some((whole, fraction)) => (whole, fraction),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > FRACTION_DIGITS_MAX {
        return None;
    }
    let unit = u128::from(unit);
    let tenths = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let below_one = fraction.parse::<u128>().ok()?.checked_mul(unit)? / tenths;
    let product = whole.parse::<u128>().ok()?.checked_mul(unit)?;
    u64::try_from(product.checked_add(below_one)?).ok()
}

/// Shows a length of time so that [`duration`] reads it, to the millisecond.
pub(crate) struct Shown(pub(crate) Duration);

impl fmt::Display for Shown {
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
    fn sizes_are_read_in_powers_of_1024() {
        for (text, expected) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("64k", Some(65_536)),
            ("8M", Some(8 * 1_048_576)),
            ("1.5GiB", Some(1_610_612_736)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("99999999999999999m", None),
            ("", None),
            ("M", None),
            (".5k", None),
            ("5.k", None),
            ("1.2.3k", None),
            ("-1", None),
            ("1e9", None),
            ("8 M", None),
            ("8X", None),
            ("八M", None),
        ] {
            assert_eq!(size(text), expected, "{text:?}");
        }
    }

    #[test]
    fn rates_are_sizes_or_decimal_bits() {
        for (text, expected) in [
            ("400mbit", Some(50_000_000)),
            ("8kbit", Some(1000)),
            ("1Gbit", Some(125_000_000)),
            ("5k", Some(5120)),
            ("1bit", None),
        ] {
            assert_eq!(rate(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lengths_of_time_are_read_in_falling_units() {
        for (text, expected_ms) in [
            ("90", Some(90_000)),
            ("1.5", Some(1500)),
            ("250ms", Some(250)),
            ("0s", Some(0)),
            ("1h30m", Some(5_400_000)),
            ("1d1ms", Some(86_400_001)),
            ("", None),
            ("s", None),
            ("30m1h", None),
            ("1s1s", None),
            ("-5s", None),
            ("soon", None),
            ("5 s", None),
            ("99999999999999999999h", None),
        ] {
            let expected = expected_ms.map(Duration::from_millis);
            assert_eq!(duration(text), expected, "{text:?}");
        }
    }
}
