//! The languages of the command.

use clap::ValueEnum;

/// A language that the command speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    #[default]
    #[value(name = "en")]
    English,
    /// 中文
    #[value(name = "zh")]
    Chinese,
}

impl Language {
    /// Returns the language of a locale such as `zh_CN.UTF-8`, `en-US` or `C`. Locales of other languages get English.
    pub(crate) fn of_locale(locale: &str) -> Self {
        let name = locale.split(['_', '-', '.', '@']).next();
        match name {
            Some(name) if name.eq_ignore_ascii_case("zh") => Self::Chinese,
            _ => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language_first() {
        for (locale, language) in [
            ("zh", Language::Chinese),
            ("zh_CN.UTF-8", Language::Chinese),
            ("zh-Hans-CN", Language::Chinese),
            ("ZH_tw", Language::Chinese),
            ("en_US.UTF-8", Language::English),
            ("C.UTF-8", Language::English),
            ("zha", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
