//! A moment in the two forms that OSS reads: `Thu, 01 Jan 2026 01:02:03 GMT` (V1) and `20260101T010203Z` (V4).
//!
//! Formatting is done by hand into a fixed array: a date library would be a fifth dependency, and the form never varies.
//! Reading the clock is left to the caller; parsing dates is not needed here.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Field, SignError};

/// The last second of the year 9999: both forms have room for four digits.
const LAST_SECOND: u64 = 253_402_300_799;
const SECONDS_A_DAY: u64 = 86_400;

/// Whole seconds since 1970, known to fit both forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp(u64);

impl Timestamp {
    /// Takes the whole seconds of `time`; a fraction is dropped.
    pub(crate) fn new(time: SystemTime, field: Field) -> Result<Self, SignError> {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) if since.as_secs() <= LAST_SECOND => Ok(Self(since.as_secs())),
            _ => Err(SignError::TimeOutOfRange { field }),
        }
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn unix_seconds(self) -> u64 {
        self.0
    }

    /// Returns the form of HTTP's `Date`: RFC 1123, always GMT, two-digit day.
    pub(crate) fn http_date(self) -> Ascii<29> {
        // 1970-01-01 was a Thursday.
        const WEEKDAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
        const MONTHS: [&[u8; 3]; 12] = [
            b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
            b"Dec",
        ];
        let Civil {
            days,
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self.civil();
        let [w1, w2, w3] = *WEEKDAYS[(days % 7) as usize];
        let [m1, m2, m3] = *MONTHS[(month - 1) as usize];
        let ([y1, y2], [y3, y4]) = (two_digits(year / 100), two_digits(year % 100));
        let [d1, d2] = two_digits(day);
        let [h1, h2] = two_digits(hour);
        let [n1, n2] = two_digits(minute);
        let [s1, s2] = two_digits(second);
        #[rustfmt::skip]
        let text = [
            w1, w2, w3, b',', b' ', d1, d2, b' ', m1, m2, m3, b' ', y1, y2, y3, y4, b' ',
            h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T',
        ];
        Ascii(text)
    }

    /// Returns the basic form of ISO 8601 in UTC; its first eight bytes are the day.
    pub(crate) fn iso_basic(self) -> Ascii<16> {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self.civil();
        let ([y1, y2], [y3, y4]) = (two_digits(year / 100), two_digits(year % 100));
        let [m1, m2] = two_digits(month);
        let [d1, d2] = two_digits(day);
        let [h1, h2] = two_digits(hour);
        let [n1, n2] = two_digits(minute);
        let [s1, s2] = two_digits(second);
        #[rustfmt::skip]
        let text = [
            y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z',
        ];
        Ascii(text)
    }

    fn civil(self) -> Civil {
        let days = (self.0 / SECONDS_A_DAY) as u32;
        let second_of_day = (self.0 % SECONDS_A_DAY) as u32;
        let (year, month, day) = civil_date(days);
        Civil {
            days,
            year,
            month,
            day,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
        }
    }
}

/// A moment as people write it.
struct Civil {
    /// Since 1970-01-01.
    days: u32,
    year: u32,
    /// 1 to 12.
    month: u32,
    /// 1 to 31.
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

/// A short text of ASCII on the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    pub(crate) fn as_str(&self) -> &str {
        // Only this module makes one, and only of ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Ascii<16> {
    /// Returns `YYYYMMDD`.
    pub(crate) fn day(&self) -> &str {
        &self.as_str()[..8]
    }
}

/// Returns year, month (1 to 12) and day (1 to 31) of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last one of its year and needs no special case.
fn civil_date(days_since_1970: u32) -> (u32, u32, u32) {
    const DAYS_FROM_0000_03_01_TO_1970: u32 = 719_468;
    const DAYS_IN_400_YEARS: u32 = 146_097;
    let days = days_since_1970 + DAYS_FROM_0000_03_01_TO_1970;
    let day_of_era = days % DAYS_IN_400_YEARS;
    // Take the leap days out (one in 4 years, none in 100, one in 400): what is left has 365 days a year.
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March, months last 31, 30, 31, 30, 31 days and then again: 153 days for five.
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let year = 400 * (days / DAYS_IN_400_YEARS) + year_of_era;
    if months_since_march < 10 {
        (year, months_since_march + 3, day)
    } else {
        (year + 1, months_since_march - 9, day)
    }
}

/// Returns the digits of a number below 100.
const fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(seconds: u64, http: &str, iso: &str) {
        let timestamp = Timestamp::new(UNIX_EPOCH + Duration::from_secs(seconds), Field::Time)
            .expect("a time in range");
        assert_eq!(timestamp.http_date().as_str(), http);
        assert_eq!(timestamp.iso_basic().as_str(), iso);
    }

    #[test]
    fn known_moments_have_their_known_forms() {
        check(0, "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z");
        // The example of RFC 9110, section 5.6.7.
        check(
            784_111_777,
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "19941106T084937Z",
        );
        check(
            951_782_400,
            "Tue, 29 Feb 2000 00:00:00 GMT",
            "20000229T000000Z",
        );
        check(
            1_709_251_199,
            "Thu, 29 Feb 2024 23:59:59 GMT",
            "20240229T235959Z",
        );
        check(
            4_107_542_400,
            "Mon, 01 Mar 2100 00:00:00 GMT",
            "21000301T000000Z",
        );
        check(
            LAST_SECOND,
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "99991231T235959Z",
        );
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..=(LAST_SECOND / SECONDS_A_DAY) as u32 {
            assert_eq!(civil_date(days), (year, month, day));
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days_in_month = match month {
                2 if is_leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > days_in_month {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }

    #[test]
    fn a_fraction_of_a_second_is_dropped() {
        let time = UNIX_EPOCH + Duration::new(1, 999_999_999);
        assert_eq!(Timestamp::new(time, Field::Time), Ok(Timestamp(1)));
    }

    #[test]
    fn times_without_a_four_digit_year_since_1970_are_refused() {
        let out_of_range = Err(SignError::TimeOutOfRange { field: Field::Time });
        let before = UNIX_EPOCH - Duration::from_nanos(1);
        assert_eq!(Timestamp::new(before, Field::Time), out_of_range);
        let after = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1);
        assert_eq!(Timestamp::new(after, Field::Time), out_of_range);
    }
}
