//! How the value of an effect is written in a fault's text.

use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::policy::Renewal;
use crate::quantity::{self, Shown};

/// What a text inside a fault may not hold as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b',').add(b'%').add(b' ');
/// The ways of renewing and their names.
const RENEWALS: &[(Renewal, &str)] = &[
    (Renewal::NewKey, "new-key"),
    (Renewal::NewKeyWithAccess, "new-key-with-access"),
    (Renewal::SameKey, "same-key"),
];

/// One way of writing values. What [`show`](Self::show) writes, [`read`](Self::read) reads back.
pub(super) trait Form {
    /// What the text stands for.
    type Value;

    /// Reads a value; `None` when the text is none.
    fn read(text: &str) -> Option<Self::Value>;

    /// Writes a value.
    fn show(value: &Self::Value) -> String;
}

/// A number of bytes; nothing stands for 0.
pub(super) struct Size;

impl Form for Size {
    type Value = u64;

    fn read(text: &str) -> Option<u64> {
        if text.is_empty() {
            Some(0)
        } else {
            quantity::size(text)
        }
    }

    fn show(value: &u64) -> String {
        value.to_string()
    }
}

/// A number of bytes per second.
pub(super) struct Rate;

impl Form for Rate {
    type Value = u64;

    fn read(text: &str) -> Option<u64> {
        quantity::rate(text)
    }

    fn show(value: &u64) -> String {
        value.to_string()
    }
}

/// A length of time.
pub(super) struct Time;

impl Form for Time {
    type Value = Duration;

    fn read(text: &str) -> Option<Duration> {
        quantity::duration(text)
    }

    fn show(value: &Duration) -> String {
        Shown(*value).to_string()
    }
}

/// A number of seconds that may be negative.
pub(super) struct Seconds;

impl Form for Seconds {
    type Value = i64;

    fn read(text: &str) -> Option<i64> {
        text.parse().ok()
    }

    fn show(value: &i64) -> String {
        value.to_string()
    }
}

/// A way of renewing.
pub(super) struct Way;

impl Form for Way {
    type Value = Renewal;

    fn read(text: &str) -> Option<Renewal> {
        let known = RENEWALS.iter().find(|(_, name)| *name == text);
        known.map(|(renewal, _)| *renewal)
    }

    fn show(value: &Renewal) -> String {
        let known = RENEWALS.iter().find(|(renewal, _)| renewal == value);
        known.map_or("new-key", |(_, name)| name).to_owned()
    }
}

/// A text in which `,` is `%2C` and `%` is `%25`.
pub(super) struct Text;

impl Form for Text {
    type Value = String;

    fn read(text: &str) -> Option<String> {
        let decoded = percent_decode_str(text).decode_utf8().ok()?;
        Some(decoded.into_owned())
    }

    fn show(value: &String) -> String {
        utf8_percent_encode(value, ESCAPED).to_string()
    }
}
