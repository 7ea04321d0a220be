//! Reads the date forms, strictly: only what this crate would write itself.

use super::civil::unix_seconds;
use super::{MONTHS, Moment};

impl Moment {
    /// Reads `Thu, 01 Jan 2026 01:02:03 GMT`.
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        let month = text.get(8..11)?.as_bytes();
        let month = MONTHS.iter().position(|name| name.as_slice() == month)?;
        let number = |start, end| digits(text.get(start..end)?);
        let date = [
            number(12, 16)?,
            u32::try_from(month).ok()? + 1,
            number(5, 7)?,
        ];
        let time = [number(17, 19)?, number(20, 22)?, number(23, 25)?];
        let moment = Self::new(unix_seconds(date, time)?)?;
        // This also checks the weekday, the punctuation and the range of each number.
        (moment.http_date().as_str() == text).then_some(moment)
    }

    /// Reads `20260101T010203Z`.
    #[cfg(any(test, feature = "verify"))]
    pub(crate) fn from_iso_basic(text: &str) -> Option<Self> {
        let number = |start, end| digits(text.get(start..end)?);
        let date = [number(0, 4)?, number(4, 6)?, number(6, 8)?];
        let time = [number(9, 11)?, number(11, 13)?, number(13, 15)?];
        let moment = Self::new(unix_seconds(date, time)?)?;
        (moment.iso_basic().as_str() == text).then_some(moment)
    }
}

/// Reads a number of ASCII digits only: `parse` alone would also take a sign.
fn digits(text: &str) -> Option<u32> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_of_an_http_date_are_refused() {
        for text in [
            "",
            "Thu, 1 Jan 2026 01:02:03 GMT",
            "Fri, 01 Jan 2026 01:02:03 GMT",
            "Thu, 01 Jan 2026 01:02:03 +0000",
            "Thu, 01 Jan 2026 01:02:03 GMT ",
            "Thu, 01 Jan 2026 25:02:03 GMT",
            "Thu, 01 Jan 2026 +1:02:03 GMT",
            "Thu, 00 Jan 2026 01:02:03 GMT",
            "Tue, 31 Feb 2026 01:02:03 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Thu, 01 Jän 2026 01:02:03 GM",
        ] {
            assert_eq!(Moment::from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn near_misses_of_a_basic_date_are_refused() {
        for text in [
            "",
            "2026-01-01T01:02:03Z",
            "20260101T010203",
            "20260101t010203Z",
            "20260001T010203Z",
            "20261301T010203Z",
            "20260101T256161Z",
            "é0260101T01020Z",
        ] {
            assert_eq!(Moment::from_iso_basic(text), None, "{text}");
        }
    }
}
