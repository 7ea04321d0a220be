//! Which files the server may read: those under its roots, opened so that nothing leads out of them.
//!
//! A path is resolved first, which only gives a name. The file is then opened from the open folder of its root, one name
//! at a time, and no name may be a link: whoever swaps a folder or a file meanwhile makes the opening fail.

mod protected;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::{Text, codes, failures, mcp as say};

/// The folders whose files may be read.
pub(super) struct Roots {
    roots: Vec<Arc<Root>>,
    allow_hidden: bool,
    /// The folders where the program itself keeps things, credentials among them. Nothing in them may be read.
    private: Vec<PathBuf>,
}

/// A folder that stays the same, even if another one takes its name.
struct Root {
    /// Without links.
    path: PathBuf,
    /// As it was given, and absolute.
    given: PathBuf,
    folder: Dir,
}

/// A file that may be read.
#[derive(Clone)]
pub(super) struct Readable {
    path: PathBuf,
    root: Arc<Root>,
    /// The way from the root to the file.
    names: Vec<OsString>,
    len_bytes: u64,
}

impl Roots {
    /// Opens the folders.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage when one of them cannot be opened.
    pub(super) fn open(
        paths: &[PathBuf],
        allow_hidden: bool,
        private: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self, Failure> {
        let roots = paths.iter().map(|path| {
            let root = Root::open(path).map_err(|error| {
                let what = say::root_unusable(path.display());
                Failure::new(ExitCode::Usage, "usage", what).because(&error)
            });
            root.map(Arc::new)
        });
        Ok(Self {
            roots: roots.collect::<Result<_, _>>()?,
            allow_hidden,
            private: private.into_iter().collect(),
        })
    }

    /// Returns the file at a path, if it may be read now. A relative path is looked for under each root, in order.
    ///
    /// # Errors
    ///
    /// Fails with the exit code for a local file: it is outside the roots, protected, missing, or no regular file.
    pub(super) fn readable(&self, given: &Path) -> Result<Readable, Failure> {
        let places: Vec<PathBuf> = match given.is_absolute() {
            true => vec![given.to_owned()],
            false => self
                .roots
                .iter()
                .map(|root| root.path.join(given))
                .collect(),
        };
        let found = places.iter().map(std::fs::canonicalize);
        let Some(path) = found.filter_map(Result::ok).next() else {
            // Whether a file exists outside the roots is nobody's business.
            let is_inside = places
                .iter()
                .any(|place| self.roots.iter().any(|root| root.would_hold(place)));
            return Err(match is_inside {
                true => unusable("file_missing", say::file_missing(given.display())),
                false => self.outside(given),
            });
        };
        let Some((root, way)) = self.root_of(&path) else {
            return Err(self.outside(given));
        };
        // Resolved each time: the first upload creates such a folder, and a path to nothing has no other form.
        let is_private = |private: &PathBuf| {
            let resolved = std::fs::canonicalize(private);
            path.starts_with(resolved.as_ref().unwrap_or(private))
        };
        if self.private.iter().any(is_private) {
            return Err(refused(
                "file_protected",
                say::kept_by_program(given.display()),
            ));
        }
        let is_protected =
            protected::is_protected(&way) || protected::is_protected(root.way_to(given));
        if is_protected && !self.allow_hidden {
            let what = say::file_protected(given.display());
            return Err(refused("file_protected", what).hint(say::allow_hidden()));
        }
        let names = way.iter().map(ToOwned::to_owned).collect();
        let readable = Readable {
            path,
            root,
            names,
            len_bytes: 0,
        };
        match readable.open().and_then(|file| file.metadata()) {
            Ok(metadata) => Ok(Readable {
                len_bytes: metadata.len(),
                ..readable
            }),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                let what = say::is_folder(given.display());
                Err(refused("not_a_file", what).hint(say::name_files()))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                Err(unusable("not_a_file", say::not_a_file(given.display())))
            }
            Err(error) => {
                let what = failures::could_not_upload(given.display());
                Err(unusable("file_unreadable", what).because(&error))
            }
        }
    }

    /// Returns the root that holds a path without links, and the way from there.
    fn root_of(&self, path: &Path) -> Option<(Arc<Root>, PathBuf)> {
        self.roots.iter().find_map(|root| {
            let way = path.strip_prefix(&root.path).ok()?;
            Some((root.clone(), way.to_owned()))
        })
    }

    fn outside(&self, given: &Path) -> Failure {
        let roots: Vec<_> = self
            .roots
            .iter()
            .map(|root| root.given.display().to_string())
            .collect();
        let what = say::outside_roots(given.display());
        refused("outside_roots", what).hint(say::add_root(roots.join("`, `")))
    }
}

/// A file that may be read, and cannot be. What to do next is what its name says in general.
fn unusable(code: &'static str, what: Text) -> Failure {
    let failure = refused(code, what);
    match codes::find(code) {
        Some(code) => failure.hint(code.next()),
        None => failure,
    }
}

/// A file that may not be read.
fn refused(code: &'static str, what: Text) -> Failure {
    let mut failure = Failure::new(ExitCode::LocalFile, code, what);
    failure.step = Some(vectcut_upload::Step::Read);
    failure
}

impl Root {
    fn open(path: &Path) -> io::Result<Self> {
        let canonical = std::fs::canonicalize(path)?;
        Ok(Self {
            folder: Dir::open_ambient_dir(&canonical, ambient_authority())?,
            path: canonical,
            given: std::path::absolute(path)?,
        })
    }

    /// Returns whether a path would lead into this folder if there were no links.
    fn would_hold(&self, path: &Path) -> bool {
        let mut plain = PathBuf::new();
        for component in path.components() {
            match component {
                Component::ParentDir => drop(plain.pop()),
                component => plain.push(component),
            }
        }
        plain.starts_with(&self.path) || plain.starts_with(&self.given)
    }

    /// Returns the names that were asked for, below this folder.
    fn way_to<'a>(&self, given: &'a Path) -> &'a Path {
        let below = given
            .strip_prefix(&self.path)
            .or(given.strip_prefix(&self.given));
        match below {
            Ok(way) => way,
            Err(_) if given.is_absolute() => given.file_name().map_or(given, Path::new),
            Err(_) => given,
        }
    }
}

impl Readable {
    /// Returns where the file is, without links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the length in bytes that the file had.
    pub(super) fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    /// Opens the file for reading, without following a link and without waiting for another program.
    ///
    /// # Errors
    ///
    /// Fails with `IsADirectory` for a folder, with `InvalidInput` for what else is no regular file, and as the system does when a name on the way is gone or
    /// has become a link.
    pub(super) fn open(&self) -> io::Result<File> {
        let Some((name, folders)) = self.names.split_last() else {
            // The root itself.
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let mut folder = None;
        for name in folders {
            let from = folder.as_ref().unwrap_or(&self.root.folder);
            folder = Some(from.open_dir_nofollow(name)?);
        }
        let folder = folder.as_ref().unwrap_or(&self.root.folder);
        // To open a device may already do something, so its kind is looked up first. The open file decides.
        let metadata = folder.symlink_metadata(name)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() {
            return Err(not_a_file());
        }
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = folder.open_with(name, &options)?.into_std();
        match file.metadata()?.is_file() && !is_made_up(&file) {
            true => Ok(file),
            false => Err(not_a_file()),
        }
    }
}

fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

/// Returns whether the system makes the file up, as under `/proc`, where a process finds its own environment.
#[cfg(target_os = "linux")]
fn is_made_up(file: &File) -> bool {
    const SYSFS: rustix::fs::FsWord = 0x6265_6572;
    let Ok(system) = rustix::fs::fstatfs(file) else {
        return true;
    };
    let kind = system.f_type;
    kind == rustix::fs::PROC_SUPER_MAGIC || kind == SYSFS
}

#[cfg(not(target_os = "linux"))]
fn is_made_up(_: &File) -> bool {
    false
}
