//! One line of text in both languages, safe to show on a terminal.

use std::fmt::Display;

use super::Language;
use crate::plain_text::plain;

/// One line in both languages, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(Box<Languages>);

/// Boxed, because a failure holds a text and travels as the error of many results.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Languages {
    english: String,
    chinese: String,
}

impl Text {
    pub(super) fn new(english: String, chinese: String) -> Self {
        Self(Box::new(Languages {
            english: plain(&english),
            chinese: plain(&chinese),
        }))
    }

    /// Returns a text that is the same in both languages, such as a name or a library's own error.
    pub(crate) fn same(text: impl Display) -> Self {
        let text = text.to_string();
        Self::new(text.clone(), text)
    }

    /// Returns the text in a language.
    pub(crate) fn to(&self, language: Language) -> &str {
        match language {
            Language::English => &self.0.english,
            Language::Chinese => &self.0.chinese,
        }
    }

    /// Returns this text with another one behind it.
    #[must_use]
    pub(crate) fn then(mut self, other: &Self) -> Self {
        self.0.english += &other.0.english;
        self.0.chinese += &other.0.chinese;
        self
    }
}

/// Something that a sentence of the catalogue can hold.
///
/// Names and numbers are the same in every language. A [`Text`] is not, and so it has no `Display`.
pub(crate) trait Say {
    /// Returns its text in a language.
    fn say(&self, language: Language) -> String;
}

impl<T: Display + ?Sized> Say for T {
    fn say(&self, _: Language) -> String {
        self.to_string()
    }
}

impl Say for Text {
    fn say(&self, language: Language) -> String {
        self.to(language).to_owned()
    }
}

impl Say for &Text {
    fn say(&self, language: Language) -> String {
        self.to(language).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_a_text_keeps_its_language() {
        let inner = Text::new("one".into(), "一".into());
        assert_eq!(inner.say(Language::English), "one");
        assert_eq!(inner.say(Language::Chinese), "一");
        assert_eq!(7.say(Language::Chinese), "7");
    }

    #[test]
    fn no_text_can_move_the_cursor() {
        assert_eq!(Text::same("a\u{1b}[2J\nb").to(Language::English), "a[2J b");
    }
}
