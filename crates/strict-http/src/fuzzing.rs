//! Entry points for fuzzing, compiled with the feature `fuzzing` only. Each panics when a property is broken.

use crate::{ServerText, ServerUrl};

/// Asserts that a text keeps the promises of [`ServerText`], with rules of its own.
pub fn assert_clean(text: &ServerText, max_chars: usize, secrets: &[&str]) {
    let shown = text.as_str();
    assert!(shown.chars().count() <= max_chars, "{shown:?} is too long");
    for c in shown.chars() {
        let is_bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let is_break = matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}');
        let is_zero_width = matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
        assert!(
            !c.is_control() && !is_bidi && !is_break && !is_zero_width,
            "{shown:?} has {c:?}"
        );
    }
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown:?} has a secret");
    }
    assert_eq!(
        &ServerText::clean(shown, max_chars, secrets),
        text,
        "cleaning again changes it"
    );
}

/// A server's URL is accepted only if it is https or on loopback, and is the same when it is read again.
pub fn server_url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match ServerUrl::parse(&text) {
        Ok(server) => {
            let url = server.as_url();
            assert!(url.scheme() == "https" || server.is_loopback(), "{url}");
            assert!(
                url.username().is_empty() && url.password().is_none(),
                "{url}"
            );
            assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
            let again = ServerUrl::parse(&server.to_string());
            assert_eq!(again.as_ref().map(ServerUrl::host), Ok(server.host()));
        }
        Err(error) => {
            let words = error.to_string();
            assert!(!words.chars().any(char::is_control), "{words:?}");
        }
    }
}

/// Any text becomes clean, whatever it holds.
pub fn server_text(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let secrets = ["canary", "ca na"];
    assert_clean(&ServerText::clean(&raw, 64, &secrets), 64, &secrets);
}
