//! Lines for a terminal, broken between words: a terminal itself breaks them anywhere.
//!
//! What stands in backticks stays whole, so that a command or a path can be copied. So does a word that is longer than
//! the terminal is wide.

use console::measure_text_width;

/// Returns the text with every line broken so that it fits. What continues a line is indented by `hanging` columns more
/// than the line itself.
pub(crate) fn wrapped(text: &str, columns: usize, hanging: usize) -> String {
    let lines = text.split('\n').map(|line| wrap(line, columns, hanging));
    lines.collect::<Vec<_>>().join("\n")
}

fn wrap(line: &str, columns: usize, hanging: usize) -> String {
    if measure_text_width(line) <= columns {
        return line.to_owned();
    }
    let own = line.len() - line.trim_start_matches(' ').len();
    let indent = own + hanging;
    let (mut wrapped, mut used) = (String::new(), 0);
    for piece in pieces(line) {
        let width = measure_text_width(piece);
        let word = measure_text_width(piece.trim_end_matches(' '));
        // A piece that fits nowhere is left to the terminal.
        let fits_below = indent + word <= columns;
        if used + word > columns && used > indent && fits_below {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped += "\n";
            wrapped += &" ".repeat(indent);
            used = indent;
        }
        wrapped += piece;
        used += width;
        if !fits_below && used > columns {
            // The terminal itself has broken it, and the line goes on behind it.
            used %= columns;
        }
    }
    wrapped
}

/// Returns the pieces that no break may divide, each with the blanks behind it.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut begin, mut is_quoted, mut last) = (0, false, ' ');
    for (index, character) in line.char_indices() {
        let is_new_word = last == ' ' && character != ' ';
        let is_between = is_ideograph(last) || is_ideograph(character);
        let may_break = is_new_word || (is_between && character != ' ' && !is_closing(character));
        if may_break && !is_quoted && !is_opening(last) && index > begin {
            pieces.push(&line[begin..index]);
            begin = index;
        }
        is_quoted ^= character == '`';
        last = character;
    }
    pieces.push(&line[begin..]);
    pieces
}

/// Returns whether a line may be broken before and after it: Chinese has no blanks between words.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}')
}

/// Returns whether it must not begin a line.
fn is_closing(character: char) -> bool {
    "，。、；：！？）」』》”’…,.;:!?)%".contains(character)
}

/// Returns whether it must not end a line.
fn is_opening(character: char) -> bool {
    "（「『《“‘(".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_what_follows_is_indented() {
        let line = "hint: run `vectcut login`, or set `VECTCUT_API_KEY` to the key";
        assert_eq!(
            wrapped(line, 30, 2),
            "hint: run `vectcut login`, or\n  set `VECTCUT_API_KEY` to the\n  key"
        );
        assert_eq!(wrapped("  caused by: a b", 14, 2), "  caused by: a\n    b");
        assert_eq!(wrapped("short\nlines\n", 30, 2), "short\nlines\n");
    }

    #[test]
    fn a_command_stays_whole_also_when_it_is_wider_than_the_terminal() {
        let line = "to move it: `ffmpeg -i a.mp4 -c copy b.mp4`";
        assert_eq!(
            wrapped(line, 35, 2),
            "to move it:\n  `ffmpeg -i a.mp4 -c copy b.mp4`"
        );
        assert_eq!(wrapped(line, 20, 2), line);
        let path = "saved in `/a/long/path/to/a/file`, and more words follow";
        assert_eq!(
            wrapped(path, 20, 2),
            "saved in `/a/long/path/to/a/file`, and\n  more words follow"
        );
    }

    #[test]
    fn chinese_is_broken_between_characters_but_not_before_punctuation() {
        let line = "提示：重新运行同一命令，即可续传";
        assert_eq!(wrapped(line, 18, 2), "提示：重新运行同一\n  命令，即可续传");
        assert_eq!(
            wrapped("已中断：一二三（四五）", 16, 0),
            "已中断：一二三\n（四五）"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_nothing_is_lost() {
        let line = "\u{1b}[1;31m错误：\u{1b}[0m没有 API 密钥: nobody has signed in，也未设置 `VECTCUT_API_KEY`";
        let words = |text: &str| text.replace(['\n', ' '], "");
        for columns in 30..120 {
            let wrapped = wrapped(line, columns, 2);
            assert_eq!(words(&wrapped), words(line));
            for line in wrapped.lines() {
                assert!(measure_text_width(line) <= columns, "`{line}` in {columns}");
            }
        }
    }
}
