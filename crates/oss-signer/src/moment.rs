//! A moment in the forms that OSS reads and writes.
//!
//! | form | used by |
//! |---|---|
//! | `Thu, 01 Jan 2026 01:02:03 GMT` | V1's `Date` |
//! | `20260101T010203Z` | V4's `x-oss-date` |
//! | `2026-01-01T01:02:03.000Z` | the expiration of a form's policy |
//!
//! Each is written by hand into a fixed array: the forms never vary, and a date library would be another dependency.

mod civil;
#[cfg(any(test, feature = "fuzzing", feature = "verify"))]
mod read;

use civil::Civil;

/// The last second of the year 9999: all forms have room for four digits.
const LAST_SECOND: u64 = 253_402_300_799;

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Whole seconds since 1970, known to fit all forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// Takes seconds since 1970; returns `None` after the year 9999.
    pub(crate) fn new(unix_seconds: u64) -> Option<Self> {
        (unix_seconds <= LAST_SECOND).then_some(Self(unix_seconds))
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn unix_seconds(self) -> u64 {
        self.0
    }

    /// Returns the form of HTTP's `Date`: RFC 1123, always GMT, two-digit day.
    pub(crate) fn http_date(self) -> Ascii<29> {
        // 1970-01-01 was a Thursday.
        const WEEKDAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
        let civil = Civil::of(self.0);
        let [w1, w2, w3] = *WEEKDAYS[(civil.days % 7) as usize];
        let [m1, m2, m3] = *MONTHS[(civil.month - 1) as usize];
        let [y1, y2, y3, y4] = four_digits(civil.year);
        let [d1, d2] = two_digits(civil.day);
        let [h1, h2] = two_digits(civil.hour);
        let [n1, n2] = two_digits(civil.minute);
        let [s1, s2] = two_digits(civil.second);
        #[rustfmt::skip]
        let text = [
            w1, w2, w3, b',', b' ', d1, d2, b' ', m1, m2, m3, b' ', y1, y2, y3, y4, b' ',
            h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T',
        ];
        Ascii(text)
    }

    /// Returns the extended form of ISO 8601 in UTC, with milliseconds, which are 0.
    pub(crate) fn iso_extended(self) -> Ascii<24> {
        let civil = Civil::of(self.0);
        let [y1, y2, y3, y4] = four_digits(civil.year);
        let [m1, m2] = two_digits(civil.month);
        let [d1, d2] = two_digits(civil.day);
        let [h1, h2] = two_digits(civil.hour);
        let [n1, n2] = two_digits(civil.minute);
        let [s1, s2] = two_digits(civil.second);
        #[rustfmt::skip]
        let text = [
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T',
            h1, h2, b':', n1, n2, b':', s1, s2, b'.', b'0', b'0', b'0', b'Z',
        ];
        Ascii(text)
    }

    /// Returns the basic form of ISO 8601 in UTC; its first eight bytes are the day.
    pub(crate) fn iso_basic(self) -> Ascii<16> {
        let civil = Civil::of(self.0);
        let [y1, y2, y3, y4] = four_digits(civil.year);
        let [m1, m2] = two_digits(civil.month);
        let [d1, d2] = two_digits(civil.day);
        let [h1, h2] = two_digits(civil.hour);
        let [n1, n2] = two_digits(civil.minute);
        let [s1, s2] = two_digits(civil.second);
        #[rustfmt::skip]
        let text = [
            y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z',
        ];
        Ascii(text)
    }
}

/// A short ASCII text on the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only this module makes one, and only of ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Ascii<16> {
    /// Returns `YYYYMMDD`.
    pub(crate) fn day(&self) -> &str {
        &self.as_str()[..8]
    }
}

/// Returns the digits of a number below 100.
const fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

/// Returns the digits of a number below 10,000.
const fn four_digits(number: u32) -> [u8; 4] {
    let ([a, b], [c, d]) = (two_digits(number / 100), two_digits(number % 100));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, http: &str, iso: &str) {
        let moment = Moment::new(seconds).expect("a time in range");
        assert_eq!(moment.http_date().as_str(), http);
        assert_eq!(moment.iso_basic().as_str(), iso);
        assert_eq!(Moment::from_http_date(http), Some(moment));
        assert_eq!(Moment::from_iso_basic(iso), Some(moment));
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
}
