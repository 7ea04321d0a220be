//! The files in a folder and in the folders below it.
//!
//! Hidden files and folders are left out, as `ripgrep` does: what macOS and editors leave behind is no clip. A link to a
//! file counts as that file; a link to a folder is not followed, so no circle of links is ever walked.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::pattern::Pattern;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::failures;

/// Whether the folders in a folder count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    One,
    All,
}

/// Which files of a folder are meant.
#[derive(Debug)]
pub(crate) struct Filter {
    /// `None` means every file.
    include: Option<Vec<Pattern>>,
    exclude: Vec<Pattern>,
}

impl Filter {
    /// Reads patterns such as `*.mp4`, which may stand anywhere, or `raw/*.mp4`, which begin at the folder.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage for a pattern that cannot be one.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Failure> {
        Ok(Self {
            include: match include {
                [] => None,
                texts => Some(patterns(texts, "--include")?),
            },
            exclude: patterns(exclude, "--exclude")?,
        })
    }

    /// Returns whether a file is meant; `path` begins at the folder.
    pub(crate) fn takes(&self, path: &Path) -> bool {
        let include = self.include.as_ref();
        include.is_none_or(|patterns| any(patterns, path)) && !any(&self.exclude, path)
    }

    /// Returns whether a folder is walked.
    fn enters(&self, path: &Path) -> bool {
        !any(&self.exclude, path)
    }
}

/// Returns whether the name begins with a dot.
pub(crate) fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// Returns the files in a folder, and below it as `depth` says, sorted by name, without those that are hidden or not meant.
///
/// # Errors
///
/// Fails when a folder cannot be read: a file in it would be missed.
pub(crate) fn files(folder: &Path, filter: &Filter, depth: Depth) -> Result<Vec<PathBuf>, Failure> {
    let within = |entry: &DirEntry| {
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        path.to_owned()
    };
    let is_meant = |entry: &DirEntry| {
        let path = within(entry);
        entry.depth() == 0
            || (!is_hidden(&path) && (!entry.file_type().is_dir() || filter.enters(&path)))
    };
    let mut found = Vec::new();
    let walk = WalkDir::new(folder).max_depth(match depth {
        Depth::One => 1,
        Depth::All => usize::MAX,
    });
    for entry in walk.sort_by_file_name().into_iter().filter_entry(is_meant) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).display().to_string();
            Failure::new(
                ExitCode::LocalFile,
                "file_unreadable",
                failures::read_folder(path),
            )
            .because(&error)
        })?;
        let is_file = match entry.file_type().is_symlink() {
            true => fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()),
            false => entry.file_type().is_file(),
        };
        if is_file && filter.takes(&within(&entry)) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

fn any(patterns: &[Pattern], path: &Path) -> bool {
    patterns.iter().any(|pattern| pattern.matches(path))
}

fn patterns(texts: &[String], flag: &str) -> Result<Vec<Pattern>, Failure> {
    let read = |text: &String| {
        let anywhere = match text.trim_end_matches('/').contains('/') {
            true => text.trim_start_matches('/').to_owned(),
            false => format!("**/{}", text.trim_end_matches('/')),
        };
        // Cameras write `.MP4`.
        Pattern::new(&anywhere, true).map_err(|error| Failure::unusable(flag, &error))
    };
    texts.iter().map(read).collect()
}
