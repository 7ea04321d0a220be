//! Bucket names and object keys, checked before they become part of a host name, a path or a signature.

use std::fmt;

/// The longest object key, in bytes of UTF-8.
///
/// Source: <https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions>.
const OBJECT_KEY_MAX_BYTES: usize = 1023;

/// A bucket name that OSS would accept: 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end.
///
/// Such a name is one DNS label, so that it cannot move a request to another host.
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
        let refuse = |rule| {
            Err(NameError {
                what: "bucket name",
                text: text.clone(),
                rule,
            })
        };
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
    /// Fails when the key is not 1 to 1023 bytes long or begins with `/` or `\`, which OSS refuses, and when one of its
    /// segments is `.` or `..`: OSS has no rule against those, but a URL does, and the rewritten request would name
    /// another object.
    pub fn parse(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        let refuse = |rule| {
            Err(NameError {
                what: "object key",
                text: text.clone(),
                rule,
            })
        };
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

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rule that a name breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    what: &'static str,
    text: String,
    rule: &'static str,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Escaped, since whoever chose the name may have chosen control characters too.
        write!(
            f,
            "the {} `{}` {}",
            self.what,
            self.text.escape_debug(),
            self.rule
        )
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
    fn an_error_names_the_rule_and_escapes_the_text() {
        let error = BucketName::parse("a\u{1b}[31m").expect_err("a control character");
        assert_eq!(
            error.to_string(),
            "the bucket name `a\\u{1b}[31m` has a character other than a-z, 0-9 and the hyphen"
        );
    }
}
