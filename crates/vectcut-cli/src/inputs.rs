//! From the command line to the list of files: folders, lists of paths, globs where the shell has none, and standard input.

pub(crate) mod folder;
mod globs;
mod list;
mod pattern;
mod spool;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::args::InputArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::{failures, hints};
use folder::{Depth, Filter};
pub(crate) use spool::{Spool, SpoolWriter, is_spool};

/// The path that means standard input.
pub(crate) const STDIN: &str = "-";

/// A file as it was named, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// As it was given, or as it was found in a folder that was given. `-` is standard input.
    pub(crate) given: PathBuf,
    /// What is read.
    pub(crate) path: PathBuf,
}

/// All files of a run, in the order given.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) files: Vec<Input>,
    /// Whether one of several files could have been meant, so that the result is an array even of one.
    pub(crate) are_a_list: bool,
    /// Holds what standard input has, until the run ends.
    spool: Option<Spool>,
}

impl Inputs {
    /// Finds the files. If standard input is one of them, its bytes are to be saved in a file in `spool_dir`: see
    /// [`spool_writer`](Self::spool_writer).
    ///
    /// A path that leads nowhere is kept: its upload says what is wrong.
    ///
    /// # Errors
    ///
    /// Fails for a pattern or a combination that cannot be used, for a list or a folder that cannot be read, when there
    /// is no file at all, and when no file for standard input can be created.
    pub(crate) fn find(
        args: &InputArgs,
        name: Option<&str>,
        spool_dir: &Path,
    ) -> Result<Self, Failure> {
        let filter = Filter::new(&args.include, &args.exclude)?;
        let mut inputs = Self::default();
        let listed = match &args.files_from {
            Some(list) => list::read(list)?,
            None => Vec::new(),
        };
        inputs.are_a_list = args.files_from.is_some() || args.files.len() > 1;
        let from_stdin = |path: &&PathBuf| path.as_os_str() == STDIN;
        let stdins = args.files.iter().filter(from_stdin).count();
        let list_is_stdin = args.files_from.as_ref().filter(from_stdin).is_some();
        if stdins + usize::from(list_is_stdin) > 1 {
            return Err(usage(failures::stdin_twice()));
        }
        if stdins == 1 && name.is_none() {
            return Err(usage(failures::stdin_without_name()));
        }
        for path in &args.files {
            match path.as_os_str() == STDIN {
                true => inputs.add_stdin(spool_dir)?,
                false => inputs.add(path, args.recursive, &filter)?,
            }
        }
        if let (true, true, Some(list)) =
            (args.files.is_empty(), listed.is_empty(), &args.files_from)
        {
            let what = failures::empty_list(list.display());
            return Err(Failure::new(ExitCode::LocalFile, "file_missing", what));
        }
        for path in &listed {
            inputs.add(path, args.recursive, &filter)?;
        }
        if inputs.files.is_empty() {
            // Only a folder, a list or a pattern can have no file in it.
            let places = args.files.iter().chain(&args.files_from);
            let places: Vec<_> = places.map(|place| place.display().to_string()).collect();
            let what = failures::no_files(places.join("`, `"));
            let failure = Failure::new(ExitCode::LocalFile, "file_missing", what);
            return Err(failure.hint(hints::what_is_left_out()));
        }
        if name.is_some() && inputs.files.len() > 1 {
            return Err(usage(failures::name_of_several()));
        }
        Ok(inputs)
    }

    /// Takes files that were found in a folder.
    pub(crate) fn found(paths: &[PathBuf]) -> Self {
        let file = |path: &PathBuf| Input {
            given: path.clone(),
            path: path.clone(),
        };
        Self {
            files: paths.iter().map(file).collect(),
            are_a_list: true,
            spool: None,
        }
    }

    /// Returns the files without those that are named again, also by another path. Each has its places in the list.
    pub(crate) fn distinct(&self) -> Vec<Vec<usize>> {
        let mut places: Vec<Vec<usize>> = Vec::new();
        let mut seen: HashMap<PathBuf, usize> = HashMap::new();
        #[cfg(unix)]
        let mut inodes: HashMap<(u64, u64), usize> = HashMap::new();
        for (index, input) in self.files.iter().enumerate() {
            // A path that leads nowhere is itself.
            let canonical = fs::canonicalize(&input.path).unwrap_or_else(|_| input.path.clone());
            let known = seen.get(&canonical).copied();
            #[cfg(unix)]
            let known = {
                use std::os::unix::fs::MetadataExt as _;
                let metadata = fs::metadata(&input.path).ok();
                let inode = metadata.map(|metadata| (metadata.dev(), metadata.ino()));
                let known = known.or_else(|| inodes.get(&inode?).copied());
                if let (Some(inode), None) = (inode, known) {
                    inodes.insert(inode, places.len());
                }
                known
            };
            match known {
                Some(first) => places[first].push(index),
                None => {
                    seen.insert(canonical, places.len());
                    places.push(vec![index]);
                }
            }
        }
        places
    }

    /// Returns what saves standard input, if that is one of the files.
    ///
    /// # Errors
    ///
    /// As [`Spool::writer`].
    pub(crate) fn spool_writer(&self) -> Result<Option<SpoolWriter>, Failure> {
        self.spool.as_ref().map(Spool::writer).transpose()
    }

    /// Returns the file of standard input. Dropping it removes it from the disk.
    pub(crate) fn take_spool(&mut self) -> Option<Spool> {
        self.spool.take()
    }

    fn add_stdin(&mut self, spool_dir: &Path) -> Result<(), Failure> {
        let spool = Spool::new(spool_dir)?;
        self.files.push(Input {
            given: STDIN.into(),
            path: spool.path().to_owned(),
        });
        self.spool = Some(spool);
        Ok(())
    }

    fn add(&mut self, path: &Path, recursive: bool, filter: &Filter) -> Result<(), Failure> {
        // Shells expand globs, but those of Windows do not.
        let expanded = match cfg!(windows) {
            true => globs::expand(path),
            false => None,
        };
        if let Some(found) = expanded {
            self.are_a_list = true;
            for path in found {
                self.add_one(&path, recursive, filter)?;
            }
            return Ok(());
        }
        self.add_one(path, recursive, filter)
    }

    fn add_one(&mut self, path: &Path, recursive: bool, filter: &Filter) -> Result<(), Failure> {
        if recursive && path.is_dir() {
            self.are_a_list = true;
            let found = folder::files(path, filter, Depth::All)?;
            self.files.extend(found.into_iter().map(Input::named));
        } else {
            self.files.push(Input::named(path.to_owned()));
        }
        Ok(())
    }
}

impl Input {
    fn named(path: PathBuf) -> Self {
        Self {
            given: path.clone(),
            path,
        }
    }
}

fn usage(what: crate::words::Text) -> Failure {
    Failure::new(ExitCode::Usage, "usage", what)
}
