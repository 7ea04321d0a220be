//! The language of the command: flag, then environment, then the platform's setting.

use std::ffi::{OsStr, OsString};

use clap::ValueEnum as _;

use super::Environment;
use crate::variables::{LANG, LOCALE};
use crate::words::Language;

/// Returns the language. It never fails: a flag with another value is reported when the arguments are parsed.
pub(crate) fn language(arguments: &[OsString], environment: &Environment) -> Language {
    let named = |value: &OsStr| Language::from_str(&value.to_string_lossy(), true).ok();
    if let Some(language) = flag(arguments).and_then(named) {
        return language;
    }
    if let Some(value) = environment.set(LANG) {
        return named(&value).unwrap_or_else(|| Language::of_locale(&value.to_string_lossy()));
    }
    LOCALE
        .iter()
        .find_map(|name| environment.set(name))
        .map(|locale| locale.to_string_lossy().into_owned())
        .or_else(|| environment.platform_locale())
        .map_or_else(Language::default, |locale| Language::of_locale(&locale))
}

/// Returns the value of `--lang`. What follows `--` belongs to another command.
fn flag(arguments: &[OsString]) -> Option<&OsStr> {
    let ours = arguments.split(|argument| argument == "--").next()?;
    ours.iter().enumerate().find_map(|(index, argument)| {
        if argument == "--lang" {
            return ours.get(index + 1).map(OsString::as_os_str);
        }
        let value = argument.to_str()?.strip_prefix("--lang=")?;
        Some(OsStr::new(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, variables: &'static [(&'static str, &'static str)], expected: Language) {
        let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
        let found = language(&arguments, &Environment::of(variables));
        assert_eq!(found, expected, "{line} {variables:?}");
    }

    #[test]
    fn the_flag_counts_first_then_our_variable_then_the_system() {
        use Language::{Chinese, English};
        check("vectcut", &[], English);
        check("vectcut", &[("LANG", "zh_CN.UTF-8")], Chinese);
        check("vectcut", &[("LC_ALL", "C"), ("LANG", "zh_CN")], English);
        check("vectcut", &[("LC_ALL", ""), ("LANG", "zh_CN")], Chinese);
        check(
            "vectcut",
            &[("VECTCUT_LANG", "en"), ("LANG", "zh_CN")],
            English,
        );
        check("vectcut --lang zh", &[("VECTCUT_LANG", "en")], Chinese);
        check("vectcut upload --lang=zh a", &[], Chinese);
        check("vectcut --lang xx", &[("LANG", "zh_CN")], Chinese);
        check("vectcut sandbox -- tool --lang zh", &[], English);
    }
}
