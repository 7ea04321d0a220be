//! What was sent, kept across runs: one file for each upload, locked while a process works on it.
//!
//! The file holds credentials, so only its owner can read it. Without it, or with a damaged one, less is known and more
//! is sent again, never something else. It is not flushed to the disk: a killed process loses nothing, and after a power
//! cut a few parts are sent again.

mod file;
mod folder;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod kept;
mod listing;
mod obstacle;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use folder::{Folder, Note, Opened};
pub(crate) use kept::Kept;
pub(crate) use listing::Listed;
pub(crate) use obstacle::{Obstacle, is_disk_full};
pub(crate) use record::{Header, KeptCredentials, Record, VERSION};
pub(crate) use writer::Journal;
