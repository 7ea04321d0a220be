//! Writes JSON texts: no reader and no other values are needed.

use alloc::string::String;

/// Appends a JSON string. Non-ASCII characters stay as they are.
pub(super) fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control @ '\0'..='\x1f' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let code = control as usize;
                json.push_str("\\u00");
                json.push(char::from(HEX[code >> 4]));
                json.push(char::from(HEX[code & 0x0f]));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

/// Appends a JSON array of strings.
pub(super) fn push_strings(json: &mut String, texts: &[&str]) {
    json.push('[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        push_string(json, text);
    }
    json.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_reserves_is_escaped_and_nothing_else() {
        let mut json = String::new();
        push_strings(&mut json, &["a\"b\\c\n\r\t\u{1}\u{1f}", "素材/é\u{7f}"]);
        assert_eq!(
            json,
            "[\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\",\"素材/é\u{7f}\"]"
        );
    }
}
