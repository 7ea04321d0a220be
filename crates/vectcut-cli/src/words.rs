//! Everything that the command says, in English and Chinese: one catalogue, a file per topic.
//!
//! An entry is a function that returns a [`Text`]: the sentence in both languages. Whoever prints it chooses one. An
//! entry without one of the languages, or with a placeholder that its arguments do not have, does not compile.
//!
//! The libraries' own errors follow as the causes of a failure. They are English, but for those in [`causes`].

pub(crate) mod causes;
pub(crate) mod clipboard;
pub(crate) mod codes;
pub(crate) mod doctor;
pub(crate) mod endpoint;
pub(crate) mod exit_codes;
pub(crate) mod failures;
pub(crate) mod hints;
pub(crate) mod labels;
mod language;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod notes;
pub(crate) mod progress;
pub(crate) mod schemas;
pub(crate) mod sign_in;
pub(crate) mod skill;
mod text;
pub(crate) mod uploads;
pub(crate) mod usage;

pub(crate) use language::Language;
pub(crate) use text::{Say, Text};

/// Defines entries: the name and the arguments, then the English and the Chinese sentence.
macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $name:ident($($argument:ident),*): $english:literal, $chinese:literal;
    )*) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name($($argument: impl $crate::words::Say),*) -> $crate::words::Text {
                $crate::words::Text::new(
                    {
                        $(let $argument = $argument.say($crate::words::Language::English);)*
                        format!($english)
                    },
                    {
                        $(let $argument = $argument.say($crate::words::Language::Chinese);)*
                        format!($chinese)
                    },
                )
            }
        )*

        /// The sentences as they stand in the catalogue.
        #[cfg(test)]
        pub(super) const ENTRIES: &[(&str, &str, &str)] =
            &[$((stringify!($name), $english, $chinese)),*];
    };
}
use catalogue;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// Returns the placeholders of a sentence.
    fn placeholders(sentence: &str) -> BTreeSet<&str> {
        let parts = sentence.split('{').skip(1);
        parts
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect()
    }

    fn is_chinese(character: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&character)
    }

    #[test]
    fn every_entry_has_both_languages_and_the_same_placeholders() {
        let catalogues = [
            super::clipboard::ENTRIES,
            super::doctor::ENTRIES,
            super::endpoint::ENTRIES,
            super::exit_codes::ENTRIES,
            super::failures::ENTRIES,
            super::hints::ENTRIES,
            super::labels::ENTRIES,
            #[cfg(feature = "mcp")]
            super::mcp::ENTRIES,
            super::notes::ENTRIES,
            super::progress::ENTRIES,
            super::schemas::ENTRIES,
            super::skill::ENTRIES,
            super::usage::ENTRIES,
            super::sign_in::ENTRIES,
            super::uploads::ENTRIES,
        ];
        for (name, english, chinese) in catalogues.into_iter().flatten() {
            assert_eq!(placeholders(english), placeholders(chinese), "{name}");
            assert!(!english.chars().any(is_chinese), "{name}: {english}");
            assert!(
                !english.trim().is_empty() && !chinese.trim().is_empty(),
                "{name}"
            );
        }
    }
}
