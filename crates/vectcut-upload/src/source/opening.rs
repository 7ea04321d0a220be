//! How the file is opened: by its path, or by the caller.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io,
    path::Path,
    sync::Arc,
};

/// How the file is opened, at the beginning of an upload and each time that it is checked.
#[derive(Clone, Default)]
pub(crate) enum Opening {
    /// By its path.
    #[default]
    ByPath,
    /// By the caller, who decides which files may be read.
    ByCaller(Arc<dyn Fn() -> io::Result<File> + Send + Sync>),
}

impl Opening {
    /// Opens the file for reading. A FIFO that took the place of the file since does not hold up the caller.
    ///
    /// # Errors
    ///
    /// As [`File::open`], or as the caller's function.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        match self {
            Self::ByCaller(open) => open(),
            Self::ByPath => {
                let mut options = OpenOptions::new();
                options.read(true);
                #[cfg(unix)]
                {
                    use std::os::unix::fs::OpenOptionsExt;
                    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
                }
                options.open(path)
            }
        }
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByPath => "ByPath",
            Self::ByCaller(_) => "ByCaller",
        })
    }
}
