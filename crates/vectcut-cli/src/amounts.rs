//! Bytes, rates and durations for people, short enough for a narrow terminal.

use std::time::Duration;

use crate::words::{Text, labels};

const UNITS: [(&str, f64); 4] = [
    ("TiB", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("GiB", 1024.0 * 1024.0 * 1024.0),
    ("MiB", 1024.0 * 1024.0),
    ("KiB", 1024.0),
];

/// Returns an amount of bytes, such as `12.3 MiB`.
pub(crate) fn bytes(amount: u64) -> String {
    let (unit, size) = unit_of(amount as f64);
    format!("{} {unit}", scaled(amount, size))
}

/// Returns a part and its whole in the unit of the whole, such as `5.4/12.3 MiB`.
pub(crate) fn bytes_of(part: u64, whole: u64) -> String {
    let (unit, size) = unit_of(whole as f64);
    format!("{}/{} {unit}", scaled(part, size), scaled(whole, size))
}

/// Returns bytes per second, such as `5.8 MiB/s`.
pub(crate) fn rate(bytes_per_second: f64) -> String {
    let amount = if bytes_per_second.is_finite() {
        bytes_per_second.max(0.0)
    } else {
        0.0
    };
    // The conversion saturates, and drops a fraction of a byte that no rate needs.
    format!("{}/s", bytes(amount as u64))
}

/// Returns a duration, such as `812 ms`, `42 s`, `3 min 5 s` or `2 h 10 min`.
pub(crate) fn duration(duration: Duration) -> Text {
    let seconds = duration.as_secs();
    match seconds {
        0 => labels::milliseconds(duration.as_millis()),
        1..10 => labels::seconds(format_args!("{:.1}", duration.as_secs_f64())),
        10..60 => labels::seconds(seconds),
        60..3600 => labels::minutes(seconds / 60, seconds % 60),
        _ => labels::hours(seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns how long a link is still good, in one unit, rounded down, such as `24 h`.
///
/// A day less the minute that passed since the link was made is a day.
pub(crate) fn rough(duration: Duration) -> Text {
    let seconds = match duration.as_secs() {
        seconds @ 3600.. => seconds + 60,
        seconds => seconds,
    };
    match seconds {
        0..60 => labels::seconds(seconds),
        60..3600 => labels::whole_minutes(seconds / 60),
        3600..172_800 => labels::whole_hours(seconds / 3600),
        _ => labels::whole_days(seconds / 86_400),
    }
}

/// Returns the time left in at most five characters, such as `0:42`, `3:05` or `2h10`; `None` when it is too long to
/// mean anything.
pub(crate) fn countdown(left: Duration) -> Option<String> {
    let seconds = left.as_secs();
    match seconds {
        0..3600 => Some(format!("{}:{:02}", seconds / 60, seconds % 60)),
        3600..36_000 => Some(format!("{}h{:02}", seconds / 3600, seconds % 3600 / 60)),
        36_000..3_600_000 => Some(format!("{}h", seconds / 3600)),
        _ => None,
    }
}

/// Returns the percentage, rounded down; an empty file is at 100.
pub(crate) fn percent(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 100,
        // The product may need more than 64 bits.
        _ => (u128::from(part.min(whole)) * 100 / u128::from(whole)) as u64,
    }
}

fn unit_of(amount: f64) -> (&'static str, f64) {
    let unit = UNITS.into_iter().find(|(_, size)| amount >= *size);
    unit.unwrap_or(("B", 1.0))
}

fn scaled(amount: u64, size: f64) -> String {
    let scaled = amount as f64 / size;
    // Three digits are enough, and keep every amount within eight columns.
    let decimals = if size == 1.0 || scaled >= 99.95 { 0 } else { 1 };
    format!("{scaled:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn amounts_are_short() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(12 * MIB + 300 * 1024), "12.3 MiB");
        assert_eq!(bytes(u64::MAX), "16777216 TiB");
        assert_eq!(bytes(512 * MIB), "512 MiB");
        assert_eq!(bytes_of(300 * 1024, 12 * MIB), "0.3/12.0 MiB");
        assert_eq!(bytes_of(7, 9), "7/9 B");
        assert_eq!(rate(5.8 * 1024.0 * 1024.0), "5.8 MiB/s");
        assert_eq!(rate(f64::NAN), "0 B/s");
    }

    #[test]
    fn durations_are_short() {
        for (milliseconds, expected) in [
            (812, "812 ms"),
            (7_000, "7.0 s"),
            (42_999, "42 s"),
            (185_000, "3 min 5 s"),
            (7_800_000, "2 h 10 min"),
        ] {
            let shown = duration(Duration::from_millis(milliseconds));
            assert_eq!(shown.to(Language::English), expected);
        }
    }

    #[test]
    fn a_countdown_is_narrow() {
        for (seconds, expected) in [
            (0, Some("0:00")),
            (185, Some("3:05")),
            (7_800, Some("2h10")),
            (360_000, Some("100h")),
            (u64::MAX, None),
        ] {
            let left = countdown(Duration::from_secs(seconds));
            assert_eq!(left.as_deref(), expected);
        }
    }

    #[test]
    fn a_hundred_percent_means_all_bytes() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(1000, 1000), 100);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
    }
}
