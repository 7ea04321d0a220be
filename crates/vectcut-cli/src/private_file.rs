//! Files that the command keeps for itself: only their owner can read them, and a reader sees all of one or nothing.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file in a folder, which is created if need be, and replaces the old one.
///
/// # Errors
///
/// Fails when the folder cannot be created or the file cannot be written. The old file stays then.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(name))?;
    Ok(())
}
