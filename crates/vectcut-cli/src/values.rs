//! Values of flags, checked before anything is sent: names, content types, amounts of bytes and times.

use std::time::Duration;

use vectcut_sandbox::quantity;
use vectcut_upload::{PART_MAX_BYTES, PART_MIN_BYTES};

use crate::usage::Reason;
use crate::words::usage;

/// Reads a whole number from `LEAST` to `MOST`.
pub(crate) fn count<const LEAST: u16, const MOST: u16>(text: &str) -> Result<u16, Reason> {
    let number = text.parse().ok();
    let number = number.filter(|number| (LEAST..=MOST).contains(number));
    number.ok_or_else(|| Reason(usage::reason_range(LEAST, MOST)))
}

/// Reads a name that can be part of an object key.
pub(crate) fn file_name(text: &str) -> Result<String, Reason> {
    if text.is_empty() {
        Err(Reason(usage::reason_empty()))
    } else if text.contains(['/', '\\']) {
        Err(Reason(usage::reason_slash()))
    } else if text.chars().any(char::is_control) {
        Err(Reason(usage::reason_control()))
    } else {
        Ok(text.to_owned())
    }
}

/// Reads a content type that can be the value of a header.
pub(crate) fn media_type(text: &str) -> Result<String, Reason> {
    let well_formed = text.split_once('/').is_some_and(|(kind, rest)| {
        let is_token = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        };
        let (subtype, parameters) = rest.split_once(';').unwrap_or((rest, ""));
        is_token(kind)
            && is_token(subtype.trim_end())
            && parameters.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    });
    if well_formed {
        Ok(text.to_owned())
    } else {
        Err(Reason(usage::reason_media_type()))
    }
}

/// Reads a number of bytes per second above zero, such as `500k` or `8M`.
pub(crate) fn rate(text: &str) -> Result<u64, Reason> {
    match bytes(text)? {
        0 => Err(Reason(usage::reason_rate())),
        amount => Ok(amount),
    }
}

/// Reads an amount such as `500k`, `8M`, `1.5GiB` or `1048576`. Units are powers of 1024.
fn bytes(text: &str) -> Result<u64, Reason> {
    quantity::size(text).ok_or_else(|| Reason(usage::reason_size()))
}

/// Reads a part size.
pub(crate) fn part_bytes(text: &str) -> Result<u64, Reason> {
    let amount = bytes(text)?;
    if (PART_MIN_BYTES..=PART_MAX_BYTES).contains(&amount) {
        Ok(amount)
    } else {
        Err(Reason(usage::reason_part_size()))
    }
}

/// Reads a time above zero, such as `100s`, `2m`, `1h30m`, `250ms` or plain seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, Reason> {
    let duration = quantity::duration(text).ok_or_else(|| Reason(usage::reason_duration()))?;
    if duration.is_zero() {
        return Err(Reason(usage::reason_positive()));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;

    #[test]
    fn names_and_content_types_cannot_break_out() {
        for (text, good) in [
            ("clip.mp4", true),
            ("剪辑 1.mp4", true),
            ("", false),
            ("a/b", false),
            ("a\\b", false),
            ("a\nb", false),
        ] {
            assert_eq!(file_name(text).is_ok(), good, "{text:?}");
        }
        for (text, good) in [
            ("video/mp4", true),
            ("text/plain; charset=utf-8", true),
            ("image/svg+xml", true),
            ("video", false),
            ("video/", false),
            ("/mp4", false),
            ("video/mp4\r\nx-oss-acl: public", false),
            ("video/mp4;\r\nx: y", false),
            ("a b/c", false),
        ] {
            assert_eq!(media_type(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn amounts_are_in_powers_of_1024() {
        for (text, expected) in [
            ("1048576", Some(MIB)),
            ("8M", Some(8 * MIB)),
            ("500k", Some(500 * KIB)),
            ("1.5GiB", Some(GIB + GIB / 2)),
            ("0", Some(0)),
            ("", None),
            ("M", None),
            ("-1M", None),
            ("1e9", None),
            ("inf", None),
            ("8 M", None),
            ("8X", None),
            ("八M", None),
        ] {
            assert_eq!(bytes(text).ok(), expected, "{text:?}");
        }
        rate("0").expect_err("no byte ever");
        assert_eq!(rate("2M"), Ok(2 * MIB));
        part_bytes("100k").expect_err("too small for OSS");
        assert_eq!(part_bytes("128k"), Ok(128 * KIB));
    }

    #[test]
    fn times_are_read_in_any_unit() {
        for (text, expected) in [
            ("100s", Some(100_000)),
            ("90", Some(90_000)),
            ("2m", Some(120_000)),
            ("1h30m", Some(5_400_000)),
            ("250ms", Some(250)),
            ("0s", None),
            ("-5s", None),
            ("soon", None),
            ("", None),
        ] {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(duration(text).ok(), expected, "{text:?}");
        }
    }
}
