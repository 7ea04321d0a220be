//! Standard input as a file: the backend wants to know the size of an upload before it begins.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use vectcut_upload::Step;

use crate::exit_code::ExitCode;
use crate::failure::{Failure, is_disk_full};
use crate::words::failures;

const PREFIX: &str = "vectcut-stdin-";

/// What standard input had, in a file that only its owner can read. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct Spool {
    /// Its lock says to other runs that it is in use.
    file: NamedTempFile,
}

impl Spool {
    /// Creates an empty file in the folder. Removes first what runs that were killed left there.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be created.
    pub(crate) fn new(folder: &Path) -> Result<Self, Failure> {
        let create = || -> io::Result<Self> {
            create_private(folder)?;
            sweep(folder);
            let file = tempfile::Builder::new()
                .prefix(PREFIX)
                .tempfile_in(folder)?;
            // A file system without locks has no sweeping of files in use either: they fail to lock there too.
            let _ = file.as_file().try_lock();
            Ok(Self { file })
        };
        create().map_err(|error| failed(&error, folder))
    }

    /// Returns what fills it, on any thread.
    ///
    /// # Errors
    ///
    /// Fails when the system has no file descriptor left.
    pub(crate) fn writer(&self) -> Result<SpoolWriter, Failure> {
        let folder = self.path().parent().unwrap_or(self.path()).to_owned();
        match self.file.as_file().try_clone() {
            Ok(file) => Ok(SpoolWriter { file, folder }),
            Err(error) => Err(failed(&error, &folder)),
        }
    }

    /// Returns where it is.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Returns whether a path is that of a [`Spool`], of this run or an earlier one.
pub(crate) fn is_spool(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(PREFIX)
}

/// The file of a [`Spool`], which may be removed meanwhile.
pub(crate) struct SpoolWriter {
    file: File,
    folder: PathBuf,
}

impl SpoolWriter {
    /// Reads a source to its end.
    ///
    /// # Errors
    ///
    /// Fails when the source cannot be read or the disk cannot take it.
    pub(crate) fn fill(mut self, source: &mut impl Read) -> Result<(), Failure> {
        let copied = io::copy(source, &mut self.file).and_then(|_| self.file.sync_data());
        copied.map_err(|error| failed(&error, &self.folder))
    }
}

fn failed(error: &io::Error, folder: &Path) -> Failure {
    let what = failures::read_stdin();
    let mut failure = match is_disk_full(error) {
        true => Failure::disk_full(what, folder, error),
        false => Failure::new(ExitCode::LocalFile, "file_unreadable", what).because(error),
    };
    failure.step = Some(Step::Read);
    failure
}

/// Removes the files that nobody has locked.
fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    let left: Vec<PathBuf> = ours
        .map(|entry| entry.path())
        .filter(|path| File::open(path).is_ok_and(|file| file.try_lock().is_ok()))
        .collect();
    for path in left {
        // Another run may have removed it just now.
        let _ = fs::remove_file(path);
    }
}

fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
