//! The file in which `vectcut login` keeps the API key: for its owner alone, written as a whole, and refused when
//! somebody else owns it or can read it.
//!
//! On Windows the folder lies in the user's profile, which other users cannot enter; no mode is checked there.

#[cfg(unix)]
mod owner;

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use vectcut_api::ApiKey;

use crate::failure::Failure;
#[cfg(unix)]
pub(crate) use owner::Exposure;

/// A longer file holds something else than a key.
const LEN_MAX_BYTES: u64 = 64 * 1024;
const NAME: &str = "api-key";
/// The start of the name under which a new file is written before it replaces the old one.
const UNFINISHED: &str = ".api-key-";

/// The file, which need not exist.
pub(crate) struct KeyFile {
    folder: PathBuf,
    path: PathBuf,
}

impl KeyFile {
    /// Returns the file in a folder.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            path: folder.join(NAME),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether something has its name.
    pub(crate) fn exists(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Reads the key; `None` when there is no file.
    ///
    /// # Errors
    ///
    /// Fails when somebody else owns the file or can read it, when it cannot be read, and when it holds no key.
    pub(crate) fn read(&self) -> Result<Option<ApiKey>, Failure> {
        let text = match self.text()? {
            Some(text) => text,
            None => return Ok(None),
        };
        let key = ApiKey::copied(&text);
        let origin = self.path.display().to_string();
        key.map(Some)
            .map_err(|error| Failure::api_key_unusable(&origin, error))
    }

    fn text(&self) -> Result<Option<String>, Failure> {
        let unreadable = |error: io::Error| Failure::key_file_unreadable(&self.path, &error);
        // Asked before it is opened, because opening a FIFO waits for a writer.
        match fs::metadata(&self.path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(unreadable(io::Error::other("it is not a regular file"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        }
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) => {
                // Not being allowed to read it most often means that it is somebody else's.
                self.check(&fs::metadata(&self.path).map_err(unreadable)?)?;
                return Err(unreadable(error));
            }
        };
        self.check(&file.metadata().map_err(unreadable)?)?;
        let mut text = String::new();
        file.take(LEN_MAX_BYTES)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        Ok(Some(text))
    }

    #[cfg(unix)]
    fn check(&self, found: &fs::Metadata) -> Result<(), Failure> {
        match owner::exposure(found, owner::ANYTHING) {
            None => Ok(()),
            Some(exposure) => Err(Failure::key_file_exposed(&self.path, exposure)),
        }
    }

    #[cfg(not(unix))]
    fn check(&self, _: &fs::Metadata) -> Result<(), Failure> {
        Ok(())
    }

    /// Stores a key. A reader sees the old file or the new one, never half of one.
    ///
    /// # Errors
    ///
    /// Fails when others can write to the folder, and when the file cannot be written. The old file stays then.
    pub(crate) fn write(&self, key: &ApiKey) -> Result<(), Failure> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let failed = |error: io::Error| Failure::key_file_unwritten(&self.path, &error);
        builder.create(&self.folder).map_err(failed)?;
        #[cfg(unix)]
        if let Some(exposure) =
            owner::exposure(&fs::metadata(&self.folder).map_err(failed)?, owner::WRITING)
        {
            return Err(Failure::key_folder_exposed(&self.folder, exposure));
        }
        self.replace(key).map_err(failed)
    }

    fn replace(&self, key: &ApiKey) -> io::Result<()> {
        // The name is a new one, and on Unix the mode is 0600 from the start.
        let mut beside = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.folder)?;
        beside.write_all(key.expose().as_bytes())?;
        beside.write_all(b"\n")?;
        beside.as_file().sync_all()?;
        beside.persist(&self.path).map_err(|error| error.error)?;
        // So that the new name survives a loss of power; Windows opens no folder.
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Removes the file, and what an interrupted run left beside it. Returns whether there was a file.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be removed.
    pub(crate) fn remove(&self) -> Result<bool, Failure> {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if is_unfinished(&entry.file_name()) {
                // Whatever cannot be removed is not readable by others.
                let _ = fs::remove_file(entry.path());
            }
        }
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::key_file_unremoved(&self.path, &error)),
        }
    }
}

fn is_unfinished(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with(UNFINISHED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;

    fn key(text: &str) -> ApiKey {
        ApiKey::parse(text).expect("a good key")
    }

    fn stored(file: &KeyFile) -> Option<String> {
        let key = file.read().expect("a good file");
        key.map(|key| key.expose().to_owned())
    }

    #[test]
    fn a_key_is_stored_replaced_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::in_folder(&folder.path().join("new/vectcut"));
        assert_eq!(stored(&file), None);
        file.write(&key("first")).expect("stored");
        file.write(&key("second")).expect("replaced");
        assert_eq!(stored(&file).as_deref(), Some("second"));
        fs::write(folder.path().join("new/vectcut/.api-key-x"), "half").expect("a file");
        assert!(file.remove().expect("removed"));
        assert!(!file.remove().expect("nothing to remove"));
        let left = fs::read_dir(folder.path().join("new/vectcut")).expect("a folder");
        assert_eq!(left.count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::in_folder(&folder.path().join("vectcut"));
        file.write(&key("canary")).expect("stored");
        let mode = |path: &Path| {
            let found = fs::metadata(path).expect("it is there");
            found.permissions().mode() & 0o777
        };
        assert_eq!(mode(file.path()), 0o600);
        assert_eq!(mode(&folder.path().join("vectcut")), 0o700);

        for loose in [0o640, 0o604, 0o602] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(loose)).expect("a mode");
            let failure = file.read().expect_err("others can get at it");
            assert_eq!(failure.code, "api_key_file_unsafe", "{loose:o}");
            assert_eq!(failure.exit_code, ExitCode::ApiKey);
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_stored_in_a_folder_that_others_can_write_to() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o770)).expect("a mode");
        let file = KeyFile::in_folder(folder.path());
        let failure = file.write(&key("canary")).expect_err("an open folder");
        assert_eq!(failure.code, "api_key_file_unsafe");
        assert!(!file.path().exists());
    }

    #[test]
    fn a_folder_in_its_place_is_no_key() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(NAME)).expect("a folder");
        let failure = KeyFile::in_folder(folder.path()).read();
        assert_eq!(
            failure.expect_err("a folder").code,
            "api_key_file_unreadable"
        );
    }
}
