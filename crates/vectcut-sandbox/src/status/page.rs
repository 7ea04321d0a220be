//! The page itself: one document with its script and its style in it, and a policy that lets nothing else in.

use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

use crate::reply::Reply;

const DOCUMENT: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const WORDS: &str = include_str!("page/words.js");
const SCRIPT: &str = include_str!("page/page.js");

/// The document and its policy.
static PAGE: LazyLock<(String, String)> = LazyLock::new(|| {
    let script = format!("{WORDS}{SCRIPT}");
    let document = DOCUMENT
        .replace("{style}", STYLE)
        .replace("{script}", &script);
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src 'self' data:; media-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'",
        source(&script),
        source(STYLE),
    );
    (document, policy)
});

/// Returns the page.
pub(super) fn page() -> Reply {
    let (document, policy) = &*PAGE;
    Reply::status(200)
        .body("text/html; charset=utf-8", document.as_str())
        .header("content-security-policy", policy)
}

/// Names a script or a style by its hash.
fn source(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_needs_nothing_from_elsewhere() {
        let (document, policy) = &*PAGE;
        assert!(document.contains(STYLE) && document.contains(SCRIPT));
        for other in [
            "http://",
            "https://",
            "innerHTML",
            "eval(",
            "{style}",
            "{script}",
        ] {
            // The icon's picture names the language that it is written in.
            let document = document.replace("http://www.w3.org/2000/svg", "");
            assert!(!document.contains(other), "{other}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(document.matches("</script>").count(), 1);
        assert_eq!(document.matches("</style>").count(), 1);
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let (english, chinese) = WORDS.split_once("zh: {").expect("two languages");
        let names = |text: &str| -> Vec<String> {
            let lines = text.lines().map(str::trim);
            let named = lines.filter_map(|line| line.split_once(": \""));
            named.map(|(name, _)| name.to_owned()).collect()
        };
        assert!(names(english).len() > 20);
        assert_eq!(names(english), names(chinese));
    }
}
