//! Entry points for fuzz targets. They are not part of the API.

/// Reads a journal of an upload that is fixed.
///
/// The bytes are read as they are, and once more as records, one a line, under checksums that fit.
///
/// # Panics
///
/// If what was read is no state that an upload of the file can be in.
pub fn journal_read(bytes: &[u8]) {
    crate::journal::fuzzing::read(bytes);
}
