//! The state directory: files that only their owner can read, in a folder that nobody else can write to.
//!
//! Other users of the computer are not trusted. A file or link that somebody else put there is never written to.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A folder that was checked. Files in it are opened through it alone.
#[derive(Debug, Clone)]
pub(crate) struct StateDir(PathBuf);

impl StateDir {
    /// Creates the folder if need be, and checks it.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be created, belongs to somebody else, or others can write to it.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        check_folder(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// Opens a folder inside this one, under the same rules.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(crate) fn folder(&self, name: &str) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    /// Returns where the folder is.
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Opens a file for reading and writing, and creates it if need be.
    ///
    /// # Errors
    ///
    /// Fails when the name leads elsewhere, or the file belongs to somebody else.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        self.open_with(name, true)
    }

    /// Opens a file for reading and writing if it is there.
    ///
    /// # Errors
    ///
    /// As [`open_file`](Self::open_file), and when there is no such file.
    pub(crate) fn open_existing(&self, name: &str) -> io::Result<File> {
        self.open_with(name, false)
    }

    fn open_with(&self, name: &str, create: bool) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // Not in append mode: Windows lets nobody cut a file that was opened for appending.
        options
            .read(true)
            .write(true)
            .create(create)
            .truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600).custom_flags(NO_LINKS);
        }
        let file = options.open(self.path(name))?;
        check_file(&file)?;
        Ok(file)
    }

    /// Reads a whole file; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// As [`open_file`](Self::open_file).
    pub(crate) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_LINKS);
        let mut file = match options.open(self.path(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        check_file(&file)?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes)?;
        Ok(bytes)
    }

    /// Replaces a file as a whole, so that no reader sees half of it.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be written to.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // A name that nobody can guess, created by us alone, readable by us alone.
        let mut beside = tempfile::NamedTempFile::new_in(&self.0)?;
        beside.write_all(bytes)?;
        beside
            .persist(self.path(name))
            .map_err(|error| error.error)?;
        Ok(())
    }
}

/// A link is not followed, and a FIFO does not hold up the caller.
#[cfg(unix)]
const NO_LINKS: i32 = rustix::fs::OFlags::NOFOLLOW
    .union(rustix::fs::OFlags::NONBLOCK)
    .bits() as i32;

#[cfg(unix)]
fn check_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::symlink_metadata(folder)?;
    if metadata.is_symlink() {
        // A link of our own is fine; what it leads to is checked below.
        check_owner(metadata.uid(), "the link")?;
    }
    let metadata = std::fs::metadata(folder)?;
    check_owner(metadata.uid(), "it")?;
    if metadata.mode() & 0o022 != 0 {
        return Err(refusal(
            "other users can write to it; run `chmod go-w` on it",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn check_file(file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refusal("a file in it is not a regular file"));
    }
    check_owner(metadata.uid(), "a file in it")?;
    if metadata.nlink() > 1 {
        return Err(refusal("a file in it has a second name"));
    }
    if metadata.mode() & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(unix)]
fn check_owner(owner: u32, what: &str) -> io::Result<()> {
    if owner == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(refusal(&format!("{what} belongs to another user")))
    }
}

#[cfg(unix)]
fn refusal(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

/// The user's profile folder is private on Windows.
#[cfg(not(unix))]
fn check_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn check_file(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// The permissions of a file or folder that the test has made.
    #[track_caller]
    fn assert_mode(path: &Path, expected: u32) {
        let metadata = std::fs::metadata(path);
        let mode = metadata.map(|metadata| metadata.permissions().mode() & 0o777);
        assert_eq!(mode.ok(), Some(expected), "{}", path.display());
    }

    #[test]
    fn a_new_folder_and_its_files_are_for_their_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(&folder.path().join("a/b")).expect("a new folder");
        assert_mode(&folder.path().join("a/b"), 0o700);
        state.open_file("one").expect("a new file");
        state.replace("two", b"2").expect("a new file");
        assert_mode(&state.path("one"), 0o600);
        assert_mode(&state.path("two"), 0o600);
        assert_eq!(state.read("two").expect("readable"), b"2");
        assert_eq!(state.read("none").expect("not there"), b"");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for loose in [0o777, 0o720, 0o702] {
            std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(loose))
                .expect("its mode");
            StateDir::open(folder.path()).expect_err("others can write to it");
        }
    }

    #[test]
    fn a_link_in_the_place_of_a_file_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(&folder.path().join("state")).expect("a new folder");
        let target = folder.path().join("target");
        std::fs::write(&target, "precious").expect("a file");
        symlink(&target, state.path("link")).expect("a link");
        state.open_file("link").expect_err("a link");
        state.read("link").expect_err("a link");
        state
            .replace("link", b"new")
            .expect("the link itself is replaced");
        assert_eq!(std::fs::read(&target).expect("untouched"), b"precious");
    }

    #[test]
    fn a_second_name_of_a_file_elsewhere_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(&folder.path().join("state")).expect("a new folder");
        let target = folder.path().join("target");
        std::fs::write(&target, "precious").expect("a file");
        std::fs::hard_link(&target, state.path("name")).expect("a second name");
        state.open_file("name").expect_err("a second name");
    }

    #[test]
    fn a_loose_mode_is_tightened() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(&folder.path().join("state")).expect("a new folder");
        std::fs::write(state.path("file"), "").expect("a file");
        std::fs::set_permissions(state.path("file"), PermissionsExt::from_mode(0o644))
            .expect("its mode");
        state.open_file("file").expect("it is ours");
        assert_mode(&state.path("file"), 0o600);
    }
}
