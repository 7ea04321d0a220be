//! The two date forms of signed requests, read strictly: RFC 1123 in GMT for V1, ISO 8601 basic in UTC for V4.

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// Reads `Thu, 01 Jan 2026 01:02:03 GMT`; anything that OSS would not print itself is refused.
pub(super) fn parse_rfc1123(text: &str) -> Option<Timestamp> {
    let time = DateTimeParser::new().parse_timestamp(text).ok()?;
    (rfc1123(time) == text).then_some(time)
}

/// Formats a time as `Thu, 01 Jan 2026 01:02:03 GMT`.
pub(crate) fn rfc1123(time: Timestamp) -> String {
    // The printer fails only for years outside 0 to 9999, which no clock of ours reaches.
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .unwrap_or_default()
}

/// Reads `20260101T010203Z`.
pub(super) fn parse_basic(text: &str) -> Option<Timestamp> {
    if text.len() != "20260101T010203Z".len() || !text.ends_with('Z') {
        return None;
    }
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let time = jiff::tz::Offset::UTC.to_timestamp(time).ok()?;
    (basic(time) == text).then_some(time)
}

/// Formats a time as `20260101T010203Z`.
pub(super) fn basic(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_printed() {
        let time = Timestamp::from_second(1_767_229_323).unwrap();
        assert_eq!(rfc1123(time), "Thu, 01 Jan 2026 01:02:03 GMT");
        assert_eq!(basic(time), "20260101T010203Z");
        assert_eq!(parse_rfc1123("Thu, 01 Jan 2026 01:02:03 GMT"), Some(time));
        assert_eq!(parse_basic("20260101T010203Z"), Some(time));
    }

    #[test]
    fn near_misses_are_refused() {
        for text in [
            "Thu, 1 Jan 2026 01:02:03 GMT",
            "Fri, 01 Jan 2026 01:02:03 GMT",
            "Thu, 01 Jan 2026 01:02:03 +0000",
            "01 Jan 2026 01:02:03 GMT",
            "Thu, 01 Jan 2026 01:02:03 GMT ",
            "20260101T010203Z",
            "",
        ] {
            assert_eq!(parse_rfc1123(text), None, "{text}");
        }
        for text in [
            "2026-01-01T01:02:03Z",
            "20260101T010203",
            "20261301T010203Z",
            "20260101T256161Z",
            "",
            "é0260101T01020Z",
        ] {
            assert_eq!(parse_basic(text), None, "{text}");
        }
    }
}
