//! The clipboard of whoever runs the command, for links: a program of the desktop puts them there, else the terminal.
//!
//! No library does it here: on Linux a clipboard holds its text only as long as the program lives that put it there, so
//! another program has to stay behind.
//!
//! A link is like a secret, so a program gets it on standard input and never as an argument. Nothing here fails or holds
//! up an upload: what cannot be copied is a warning.

mod program;
mod terminal;

use crate::settings::Session;
use crate::stderr::Stderr;
use crate::words::{Text, clipboard as say};
use program::Taken;

/// Puts links on the clipboard, one per line, and says on standard error what came of it.
///
/// # Cancellation
///
/// Dropping the future ends the program that takes the links.
pub(crate) async fn copy(links: &[String], session: Session, stderr: &Stderr) {
    if links.is_empty() {
        return;
    }
    let (text, count) = (links.join("\n"), links.len());
    let mut advice = None;
    for program in program::of(session) {
        match program.take(&text).await {
            Taken::Yes => return stderr.note(&copied(count)),
            Taken::Missing => {
                advice.get_or_insert(say::install(program.package));
            }
            Taken::Failed => advice = Some(say::failed(program.name)),
        }
    }
    let is_asked = session.terminal && terminal::ask(&text, session.tmux, stderr).await;
    stderr.note(&match is_asked {
        true => asked(count, session.tmux, advice),
        false => say::not_copied(advice.unwrap_or_else(say::nowhere)),
    });
}

fn copied(count: usize) -> Text {
    match count {
        1 => say::copied(),
        _ => say::copied_several(count),
    }
}

/// Nobody can tell whether a terminal does what it is asked, so the note says what to do if it does not.
fn asked(count: usize, tmux: bool, advice: Option<Text>) -> Text {
    let asked = match count {
        1 => say::asked(),
        _ => say::asked_several(count),
    };
    match (tmux, advice) {
        (true, _) => asked.then(&say::in_tmux()),
        (false, Some(advice)) => asked.then(&say::otherwise(advice)),
        (false, None) => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn each_note_says_where_the_links_are_or_what_helps() {
        let notes = [
            copied(1),
            copied(3),
            asked(1, false, None),
            asked(3, false, Some(say::install("`wl-clipboard`"))),
            asked(1, true, None),
            say::not_copied(say::install("`xclip`")),
            say::not_copied(say::failed("xclip")),
            say::not_copied(say::nowhere()),
        ];
        let lines = [Language::English, Language::Chinese]
            .into_iter()
            .flat_map(|language| notes.iter().map(move |note| note.to(language)));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    }
}
