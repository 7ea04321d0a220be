//! Patterns of file names: `*`, `**`, `?`, `[a-z]`, `[!a-z]` and `{a,b}`. Only `**` matches a separator of folders.
//!
//! A `?` and a class match one byte, so no single `?` matches a Chinese character.

use std::path::Path;

use fast_glob::{Error, glob_match, validate};

/// A pattern that can match.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    ignores_case: bool,
}

impl Pattern {
    /// Reads a pattern. With `ignores_case` the letters A to Z match both ways.
    ///
    /// # Errors
    ///
    /// Fails if a bracket or a brace is not closed, and for more than ten braces.
    pub(super) fn new(text: &str, ignores_case: bool) -> Result<Self, Error> {
        let mut text = plain(text);
        if ignores_case {
            text.make_ascii_lowercase();
        }
        validate(&text)?;
        Ok(Self { text, ignores_case })
    }

    /// Returns whether the whole path matches.
    pub(super) fn matches(&self, path: &Path) -> bool {
        let path = path.as_os_str().as_encoded_bytes();
        match self.ignores_case {
            true => glob_match(&self.text, path.to_ascii_lowercase()),
            false => glob_match(&self.text, path),
        }
    }
}

/// Takes from a pattern what only the library gives a meaning: a leading `!` and escapes such as `\n`.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 1);
    if text.starts_with('!') {
        plain.push('\\');
    }
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, cfg!(windows)) {
            ('\\', true) => plain.push('/'),
            ('\\', false) => match characters.next() {
                Some(escaped) if escaped.is_alphanumeric() => plain.push(escaped),
                escaped => plain.extend(['\\'].into_iter().chain(escaped)),
            },
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let pattern = Pattern::new(pattern, true).expect("a pattern");
        pattern.matches(Path::new(path))
    }

    #[test]
    fn a_pattern_matches_the_whole_path_and_ignores_case() {
        for (pattern, path) in [
            ("**/*.mp4", "A.MP4"),
            ("**/*.mp4", "raw/deep/b.mp4"),
            ("**/*.MP4", "视频.mp4"),
            ("raw/*.mp4", "raw/b.mp4"),
            ("raw/**", "raw/deep/b.mp4"),
            ("**/*.{mp4,MOV}", "raw/b.mov"),
            ("**/take?.mp4", "take1.mp4"),
            ("**/take[0-9].mp4", "Take1.mp4"),
            ("**/take[!0-9].mp4", "takex.mp4"),
            ("**", "raw/deep/b.mp4"),
            ("!a.mp4", "!a.mp4"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("**/*.mp4", "a.mp4x"),
            ("*.mp4", "raw/b.mp4"),
            ("raw/*.mp4", "raw/deep/b.mp4"),
            ("raw/**", "raw"),
            ("**/raw", "draw"),
            ("**/take?.mp4", "take12.mp4"),
            ("**/take[!0-9].mp4", "take1.mp4"),
            ("!a.mp4", "b.mp4"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn case_counts_where_the_system_says_so() {
        let pattern = Pattern::new("*.mp4", false).expect("a pattern");
        assert!(pattern.matches(Path::new("a.mp4")));
        assert!(!pattern.matches(Path::new("a.MP4")));
    }

    #[cfg(unix)]
    #[test]
    fn a_backslash_takes_the_meaning_from_the_next_character() {
        assert!(matches(r"\*.mp4", "*.mp4"));
        assert!(!matches(r"\*.mp4", "a.mp4"));
        assert!(matches(r"\new", "new"));
    }

    #[test]
    fn a_pattern_that_is_not_closed_is_an_error() {
        for pattern in ["[a", "{a", "**/{a,b"] {
            Pattern::new(pattern, true).expect_err(pattern);
        }
    }
}
