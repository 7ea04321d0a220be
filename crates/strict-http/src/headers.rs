//! Reads the response headers that OSS and the backend have in common.

use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::ServerText;

/// The longest wait that is taken from a server. Longer ones are a mistake or an attack.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns how long the server asks the client to wait, at most a day, from `Retry-After` in seconds.
///
/// The header's other form, a date, is ignored: comparing it needs a clock that agrees with the server's.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = parsed_header(headers, RETRY_AFTER.as_str())?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// Returns the server's clock when it sent the response, to the second, from `Date`.
pub fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let seconds = jiff::fmt::rfc2822::parse(date)
        .ok()?
        .timestamp()
        .as_second();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// Returns a header's value as a number or another type; `None` when it is absent or cannot be read.
pub fn parsed_header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Returns a header's value as text to show, without the secrets that `redact` takes out.
///
/// Returns `None` when the header is absent or nothing of its value is left.
pub fn header_text(
    headers: &HeaderMap,
    name: &str,
    max_chars: usize,
    redact: impl Fn(&str) -> String,
) -> Option<ServerText> {
    let raw = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    ServerText::clean_with(&raw, max_chars, redact).non_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            name.parse().expect("a name"),
            value.parse().expect("a value"),
        )])
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_capped_at_a_day() {
        for (value, expected) in [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("18446744073709551615", Some(86_400)),
            ("18446744073709551616", None),
            ("-1", None),
            ("Mon, 23 Sep 2024 06:32:40 GMT", None),
        ] {
            let wait = retry_after(&headers("retry-after", value));
            assert_eq!(wait, expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn the_servers_clock_is_read_from_its_date() {
        for (value, expected) in [
            ("Mon, 23 Sep 2024 06:32:40 GMT", Some(1_727_073_160)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", None),
            ("now", None),
        ] {
            let expected = expected.map(|s| SystemTime::UNIX_EPOCH + Duration::from_secs(s));
            assert_eq!(server_time(&headers("date", value)), expected, "{value}");
        }
    }

    #[test]
    fn a_header_is_cleaned_and_an_empty_one_is_absent() {
        let redact = |text: &str| text.replace("canary", "[redacted]");
        let read = |value| header_text(&headers("x-id", value), "x-id", 64, redact);
        assert_eq!(
            read("a canary").map(|text| text.to_string()),
            Some("a [redacted]".into())
        );
        assert_eq!(read(" "), None);
    }
}
