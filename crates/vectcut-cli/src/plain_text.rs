//! Text from elsewhere (servers, file names) made safe to show on one line of a terminal.

/// Returns the text without control characters: a line break or tab becomes a space, everything else of the kind goes.
///
/// What turns the direction of writing goes too: it could make one name look like another.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => {
                if !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            _ if character.is_control() || turns_direction(character) => {}
            _ => shown.push(character),
        }
    }
    shown
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::plain;

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
}
