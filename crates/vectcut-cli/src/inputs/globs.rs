//! Globs, for Windows, whose shells give them to the command as they are.

use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::folder::is_hidden;
use super::pattern::Pattern;

/// Returns the files that a pattern matches, sorted; `None` if it is no pattern, names a file, or matches nothing.
pub(super) fn expand(pattern: &Path) -> Option<Vec<PathBuf>> {
    let is_pattern = |part: &Path| {
        let bytes = part.as_os_str().as_encoded_bytes();
        bytes.iter().any(|byte| b"*?[{".contains(byte))
    };
    if !is_pattern(pattern) || pattern.exists() {
        return None;
    }
    // The part before the first pattern is walked.
    let is_literal = |part: &Component<'_>| !is_pattern(part.as_ref());
    let base: PathBuf = pattern.components().take_while(is_literal).collect();
    let rest: PathBuf = pattern.components().skip_while(is_literal).collect();
    let depth = rest.components().count();
    let wanted = Pattern::new(rest.to_str()?, cfg!(windows)).ok()?;
    let root = match base.as_os_str().is_empty() {
        true => Path::new("."),
        false => base.as_path(),
    };
    let at_most = match rest.to_string_lossy().contains("**") {
        true => usize::MAX,
        false => depth,
    };
    let walk = WalkDir::new(root)
        .max_depth(at_most)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path()));
    let matches = walk.filter_map(Result::ok).filter_map(|entry| {
        let within = entry.path().strip_prefix(root).ok()?;
        (entry.file_type().is_file() && wanted.matches(within)).then(|| base.join(within))
    });
    let found: Vec<_> = matches.collect();
    (!found.is_empty()).then_some(found)
}
