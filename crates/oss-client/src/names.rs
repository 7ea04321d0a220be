//! Bucket names and object keys, checked before they become part of a host name, a path or a signature.

use std::fmt;

use strict_http::ServerText;

/// The longest object key, in bytes of UTF-8.
///
/// Source: <https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions>.
const OBJECT_KEY_MAX_BYTES: usize = 1023;

/// A bucket name that OSS would accept: 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end.
///
/// Such a name is one DNS label, so it cannot move a request to another host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketName(String);

impl BucketName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// Fails on the first rule that the name breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        let refuse = |rule| Err(NameError::new("bucket name", &text, rule));
        if !(3..=63).contains(&text.len()) {
            return refuse("is not 3 to 63 characters long");
        }
        if !text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        {
            return refuse("has a character other than a-z, 0-9 and the hyphen");
        }
        if text.starts_with('-') || text.ends_with('-') {
            return refuse("begins or ends with a hyphen");
        }
        Ok(Self(text))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object key that OSS would accept and that reaches the wire byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Checks a key.
    ///
    /// # Errors
    ///
    /// Fails when the key is not 1 to 1023 bytes long or begins with `/` or `\`, which OSS refuses. Fails too when one of
    /// its segments is `.` or `..`: OSS allows those, but URLs do not keep them, and the rewritten request would name
    /// another object (assumption A9).
    pub fn parse(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        let refuse = |rule| Err(NameError::new("object key", &text, rule));
        if text.is_empty() || text.len() > OBJECT_KEY_MAX_BYTES {
            return refuse("is not 1 to 1023 bytes long");
        }
        if text.starts_with(['/', '\\']) {
            return refuse("begins with a slash or a backslash");
        }
        if text.split('/').any(|segment| matches!(segment, "." | "..")) {
            return refuse("has a segment `.` or `..`, which a URL does not keep");
        }
        Ok(Self(text))
    }

    /// Returns the key, not percent-encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows the key as text to read: in one line, without invisible characters, and cut. Programs use `as_str`.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ServerText::clean(&self.0, ServerText::MESSAGE_MAX_CHARS, &[]).fmt(f)
    }
}

/// The rule that a name breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    what: &'static str,
    text: ServerText,
    rule: &'static str,
}

impl NameError {
    /// Escapes the text first, so that an invisible character that breaks the rule can be seen.
    fn new(what: &'static str, text: &str, rule: &'static str) -> Self {
        let escaped = text.escape_debug().to_string();
        Self {
            what,
            text: ServerText::clean(&escaped, ServerText::MESSAGE_MAX_CHARS, &[]),
            rule,
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} `{}` {}", self.what, self.text, self.rule)
    }
}

impl std::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_rules() {
        for good in ["abc", "a-b", "0a9", &"x".repeat(63)] {
            BucketName::parse(good).expect(good);
        }
        for bad in [
            "",
            "ab",
            &"x".repeat(64),
            "Abc",
            "a.b",
            "a_b",
            "-ab",
            "ab-",
            "a/b",
            "a@b.example",
            "剪辑室",
        ] {
            BucketName::parse(bad).expect_err(bad);
        }
    }

    #[test]
    fn object_key_rules() {
        for good in [
            "a",
            "a//b",
            "a/",
            ".hidden",
            "...x",
            "a/..b",
            "dir\\file",
            "剪 辑+%2F.mp4",
            &"x".repeat(1023),
        ] {
            ObjectKey::parse(good).expect(good);
        }
        for bad in [
            "",
            "/a",
            "\\a",
            ".",
            "..",
            "a/./b",
            "a/../b",
            "a/..",
            &"x".repeat(1024),
        ] {
            ObjectKey::parse(bad).expect_err(bad);
        }
    }

    #[test]
    fn a_key_is_shown_without_what_a_terminal_obeys_and_kept_as_it_is() {
        let key = ObjectKey::parse("a\u{1b}]0;x\u{7}\n\u{202e}b").expect("a good key");
        assert_eq!(key.to_string(), "a]0;x b");
        assert_eq!(key.as_str(), "a\u{1b}]0;x\u{7}\n\u{202e}b");
    }

    #[test]
    fn an_error_about_a_long_name_is_short() {
        let error = ObjectKey::parse("x".repeat(100_000)).expect_err("too long");
        assert!(error.to_string().chars().count() < 400);
    }

    #[test]
    fn an_error_names_the_rule_and_escapes_the_text() {
        let error = BucketName::parse("a\u{1b}[31m\u{202e}").expect_err("control characters");
        assert_eq!(
            error.to_string(),
            "the bucket name `a\\u{1b}[31m\\u{202e}` has a character other than a-z, 0-9 and the hyphen"
        );
    }
}
