//! Standard input as a file: the backend wants to know the size of an upload before it begins.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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
    /// Reads a source to its end, into a new file in the folder. Removes first what runs that were killed left there.
    ///
    /// # Errors
    ///
    /// Fails when the source cannot be read or the disk cannot take it.
    pub(crate) fn of(source: &mut impl Read, folder: &Path) -> Result<Self, Failure> {
        Self::write(source, folder).map_err(|error| {
            let what = failures::read_stdin();
            match is_disk_full(&error) {
                true => Failure::disk_full(what, folder, &error),
                false => {
                    Failure::new(ExitCode::LocalFile, "file_unreadable", what).because(&error)
                }
            }
        })
    }

    fn write(source: &mut impl Read, folder: &Path) -> io::Result<Self> {
        create_private(folder)?;
        sweep(folder);
        let mut file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(folder)?;
        // A file system without locks has no sweeping of files in use either: they fail to lock there too.
        let _ = file.as_file().try_lock();
        io::copy(source, &mut file)?;
        file.as_file().sync_data()?;
        Ok(Self { file })
    }

    /// Returns where it is.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
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
