//! Text from elsewhere (servers, file names) made safe to show: on one line of a terminal, or in JSON.

use std::fmt::Write as _;

/// Returns the text without invisible control characters. A line break or tab becomes a space.
///
/// Characters that change the direction of writing are removed too: they could make one name look like another.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => {
                if !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            _ if is_invisible(character) => {}
            _ => shown.push(character),
        }
    }
    shown
}

/// Returns JSON text with every invisible control character escaped as `\uXXXX`.
///
/// JSON itself demands that below U+0020 only. The rest may stand in strings alone, so the value stays the same.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\n' => escaped.push('\n'),
            '\u{2028}' | '\u{2029}' => push_escaped(&mut escaped, character),
            _ if is_invisible(character) => push_escaped(&mut escaped, character),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn push_escaped(json: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(json, "\\u{unit:04x}");
    }
}

/// Returns whether a terminal acts on the character instead of showing it, or it changes the direction of writing.
fn is_invisible(character: char) -> bool {
    character.is_control() || changes_direction(character)
}

fn changes_direction(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::{escape_json, plain};

    #[test]
    fn control_characters_never_reach_a_terminal() {
        for (text, expected) in [
            ("剪辑 clip.mp4", "剪辑 clip.mp4"),
            ("one\r\ntwo\tthree", "one two three"),
            ("\u{1b}[2Jgone\u{7}\u{0}", "[2Jgone"),
            ("\u{9b}31mred", "31mred"),
            ("gpj.\u{202e}4pm", "gpj.4pm"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn json_escapes_what_a_terminal_acts_on_and_keeps_its_value() {
        let text = "剪辑 \u{1b}[2J \u{7f} \u{9b}31m \u{202e}gpj \u{2028} \u{61c} 🎬\n";
        let json = serde_json::to_string_pretty(&[text]).expect("a string is JSON");
        let escaped = escape_json(&json);
        let invisible = |c: char| c != '\n' && super::is_invisible(c);
        assert!(!escaped.contains(invisible), "{escaped:?}");
        assert!(escaped.contains("\\u009b31m \\u202egpj"), "{escaped:?}");
        let read: Vec<String> = serde_json::from_str(&escaped).expect("JSON as before");
        assert_eq!(read, [text]);
    }
}
