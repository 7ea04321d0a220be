//! Words of a command line that a person can paste into their shell.

/// Returns a file's name so that the shell takes it as one word, and no program takes it for an option.
pub(crate) fn quoted(name: &str) -> String {
    let name = match name.starts_with('-') {
        true => format!("./{name}"),
        false => name.to_owned(),
    };
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '/' | '.' | '-' | '_' | ',' | ':' | '@')
    };
    if !name.is_empty() && name.chars().all(is_plain) {
        name
    } else if cfg!(windows) {
        format!("\"{name}\"")
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_word() {
        for (name, word) in [
            ("clips/a.mp4", "clips/a.mp4"),
            ("片段.mp4", "片段.mp4"),
            ("my clip.mp4", "'my clip.mp4'"),
            ("it's.mp4", r"'it'\''s.mp4'"),
            ("$(rm).mp4", "'$(rm).mp4'"),
            ("-i.mp4", "./-i.mp4"),
            ("", "''"),
        ] {
            assert_eq!(quoted(name), word);
        }
    }
}
