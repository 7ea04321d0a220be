//! A path that leads nowhere: what was probably meant.

use std::fs;
use std::path::{Path, PathBuf};

use crate::plain_text::plain;
use crate::words::{Text, hints};

/// How many names of a folder are compared with a misspelt one.
const NAMES_MAX: usize = 10_000;
/// How alike two names are, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.75;

/// Returns what to do about a path that does not exist, if its form or its neighbours tell.
pub(crate) fn hint(path: &Path) -> Option<Text> {
    let missing_folder = || {
        let folder = path.parent()?;
        let is_missing = !folder.as_os_str().is_empty() && !folder.exists();
        is_missing.then(|| hints::folder_missing(plain(&folder.to_string_lossy())))
    };
    hint_of_name(path).or_else(missing_folder)
}

/// As [`hint`], for a name that may be no path, such as an object key: whether its folders exist says nothing.
pub(crate) fn hint_of_name(path: &Path) -> Option<Text> {
    let text = path.to_str()?;
    if let Some(path) = text.strip_prefix("file://") {
        return Some(hints::path_of_file_url(plain(path)));
    }
    if ["http://", "https://", "oss://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
    {
        return Some(hints::url_instead_of_file());
    }
    if let Some(inner) = unquoted(text) {
        return Some(hints::quotes_in_path(plain(inner)));
    }
    if text.starts_with('~') {
        return Some(hints::tilde_in_path());
    }
    if cfg!(not(windows)) && is_of_windows(text) {
        return Some(hints::windows_path());
    }
    if text.contains("\\ ") {
        return Some(hints::did_you_mean(plain(&text.replace("\\ ", " "))));
    }
    if text.contains(['*', '?']) {
        return Some(hints::glob_matched_nothing());
    }
    if let Ok(target) = fs::read_link(path) {
        return Some(hints::link_to_nothing(plain(&target.to_string_lossy())));
    }
    nearest(path).map(|near| hints::did_you_mean(plain(&near.to_string_lossy())))
}

/// Returns a path without the quotes around it, also without those that chat programs turn round.
fn unquoted(text: &str) -> Option<&str> {
    const QUOTES: [char; 7] = ['"', '\'', '“', '”', '‘', '’', '`'];
    let inner = text.trim_matches(QUOTES);
    (inner.len() < text.len() && text.starts_with(QUOTES) && !inner.is_empty()).then_some(inner)
}

/// Returns whether it is a path such as `C:\clips\a.mp4` or `\\server\clips`.
fn is_of_windows(text: &str) -> bool {
    let mut characters = text.chars();
    let drive = characters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic());
    let rest = characters.as_str();
    (drive && (rest.starts_with(":\\") || rest.starts_with(":/"))) || text.starts_with(r"\\")
}

/// Returns the file in the same folder whose name is most like this one.
fn nearest(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?.to_lowercase();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries
        .take(NAMES_MAX)
        .flatten()
        .map(|entry| entry.file_name());
    let rated = names.filter_map(|name| {
        let alike = strsim::normalized_damerau_levenshtein(&wanted, &name.to_str()?.to_lowercase());
        (alike >= ALIKE).then_some((alike, name))
    });
    // Of two that are equally alike, the first by name: a folder has no order.
    let (_, name) =
        rated.max_by(|(a, first), (b, second)| a.total_cmp(b).then(second.cmp(first)))?;
    Some(path.with_file_name(name))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn each_mistake_has_a_hint_in_both_languages() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("clip.mp4"), "").expect("a file");
        let dangling = folder.path().join("dangling.mp4");
        std::os::unix::fs::symlink("nowhere", &dangling).expect("a link");
        let misspelt = folder.path().join("clpi.mp4");
        let mut shown = String::new();
        for path in [
            "\"clip.mp4\"",
            "“片段.mp4”",
            "~/clip.mp4",
            "https://example.com/clip.mp4",
            "file:///clips/a.mp4",
            r"C:\clips\a.mp4",
            r"my\ clip.mp4",
            "*.mp4",
            "missing-folder/a.mp4",
            misspelt.to_str().expect("text"),
            dangling.to_str().expect("text"),
        ] {
            let hint = hint(Path::new(path)).unwrap_or_else(|| panic!("no hint for {path}"));
            let place = folder.path().to_str().expect("text");
            shown += &format!("{path}\n").replace(place, "FOLDER");
            for language in [Language::English, Language::Chinese] {
                shown += &format!("    {}\n", hint.to(language)).replace(place, "FOLDER");
            }
        }
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_name_that_is_like_no_other_has_no_hint() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("clip.mp4"), "").expect("a file");
        assert_eq!(hint(&folder.path().join("holiday.mov")), None);
    }
}
