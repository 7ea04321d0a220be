//! Text that a server wrote, made safe to show: no secret, one line, no invisible characters, not long.

use std::fmt;

/// What replaces a secret that a server repeats.
const PLACEHOLDER: &str = "[redacted]";

/// A server's text that may be shown on a terminal, in a log or in an error.
///
/// The constructors are the only way in, so every value is one line, within its length, and free of control characters,
/// of characters that reorder or hide text, and of the secrets that the caller named.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerText(Box<str>);

impl ServerText {
    /// Limit for messages, in characters: a few lines of a terminal.
    pub const MESSAGE_MAX_CHARS: usize = 300;

    /// Limit for codes, IDs, ETags and media types, in characters.
    pub const CODE_MAX_CHARS: usize = 64;

    /// Cleans a text: redacts every secret, joins the lines, drops invisible characters, and cuts to `max_chars`.
    ///
    /// A text that was cut ends in `…`, which counts. Empty secrets are ignored.
    ///
    /// ```
    /// use strict_http::ServerText;
    /// let text = ServerText::clean("no\u{1b}[31m\n such key: \u{200b}k-1", 30, &["k-1"]);
    /// assert_eq!(text.as_str(), "no[31m such key: [redacted]");
    /// assert_eq!(ServerText::clean("abcdef", 4, &[]).as_str(), "abc…");
    /// ```
    pub fn clean(raw: &str, max_chars: usize, secrets: &[&str]) -> Self {
        Self::clean_with(raw, max_chars, |text| redact(text, secrets))
    }

    /// Cleans a text as [`clean`](Self::clean) does, for a caller that can redact its secrets but not name them.
    pub fn clean_with(raw: &str, max_chars: usize, redact: impl Fn(&str) -> String) -> Self {
        // Redacted twice: a secret may contain what is dropped, and may be hidden by what is dropped.
        // Cut last: half a secret would not be recognized.
        let line = redact(&one_line(&redact(raw)));
        Self(cut(line, max_chars).into_boxed_str())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether nothing is left of the server's text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text unless it is empty.
    pub fn non_empty(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl PartialEq<str> for ServerText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

fn redact(text: &str, secrets: &[&str]) -> String {
    let mut secrets: Vec<_> = secrets.iter().filter(|secret| !secret.is_empty()).collect();
    // The longest first: one secret inside another must not leave the rest of the longer one.
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret, PLACEHOLDER)
    })
}

/// Joins the words with single spaces, without the characters that do not show.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let length_before = line.len();
        if !line.is_empty() {
            line.push(' ');
        }
        let word_start = line.len();
        line.extend(word.chars().filter(|c| !is_invisible(*c)));
        if line.len() == word_start {
            line.truncate(length_before);
        }
    }
    line
}

/// Returns whether a character moves the cursor, changes the order of others, or takes no room.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'                     // soft hyphen
            | '\u{61c}'                  // Arabic letter mark
            | '\u{180e}'                 // Mongolian vowel separator
            | '\u{200b}'..='\u{200f}'    // zero-width characters, direction marks
            | '\u{2028}'..='\u{202e}'    // line and paragraph separators, direction embeddings and overrides
            | '\u{2060}'..='\u{206f}'    // word joiner, invisible operators, direction isolates
            | '\u{feff}'                 // byte order mark
            | '\u{fff9}'..='\u{fffb}'    // interlinear annotation
            | '\u{e0000}'..='\u{e007f}'  // tags
        )
}

fn cut(mut line: String, max_chars: usize) -> String {
    if line.chars().nth(max_chars).is_some() {
        let kept = max_chars.saturating_sub(1);
        let end = line
            .char_indices()
            .nth(kept)
            .map_or(line.len(), |(end, _)| end);
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(raw: &str) -> String {
        ServerText::clean(raw, 300, &["canary-key", "canary"])
            .as_str()
            .to_owned()
    }

    #[test]
    fn every_kind_of_white_space_becomes_one_space() {
        assert_eq!(clean("\t a\r\n\u{2028}b\u{3000} c\n"), "a b c");
    }

    #[test]
    fn c0_c1_and_del_are_dropped() {
        assert_eq!(clean("a\u{0}b\u{1b}[31mc\u{7f}d\u{9b}31me"), "ab[31mcd31me");
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_dropped() {
        assert_eq!(
            clean("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{ad}f\u{e0041}g"),
            "abcdefg"
        );
        assert_eq!(clean("a \u{200b} b"), "a b");
        assert_eq!(clean("\u{200b}\u{1b}"), "");
    }

    #[test]
    fn a_secret_is_redacted_even_when_invisible_characters_split_it() {
        assert_eq!(
            clean("x canary-key y ca\u{200b}na\u{1b}ry z"),
            "x [redacted] y [redacted] z"
        );
    }

    #[test]
    fn a_secret_that_white_space_would_change_is_redacted() {
        let text = ServerText::clean("x a\tb y", 300, &["a\tb"]);
        assert_eq!(text.as_str(), "x [redacted] y");
    }

    #[test]
    fn a_secret_inside_a_longer_one_leaves_no_rest() {
        assert_eq!(clean("canary-key"), "[redacted]");
    }

    #[test]
    fn an_empty_secret_changes_nothing() {
        assert_eq!(ServerText::clean("abc", 300, &[""]).as_str(), "abc");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_never_inside_a_secret() {
        let text = clean(&format!("{}canary", "剪".repeat(297)));
        assert_eq!(text.chars().count(), 300);
        assert!(text.ends_with("剪[r…"), "{text}");
        assert_eq!(ServerText::clean("abc", 3, &[]).as_str(), "abc");
        assert_eq!(ServerText::clean("abc", 0, &[]).as_str(), "…");
    }
}
