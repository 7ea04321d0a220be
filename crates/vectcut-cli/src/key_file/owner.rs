//! Who owns a file, and what others may do with it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// The bits of a mode that let others read, write or run.
pub(super) const ANYTHING: u32 = 0o077;
/// The bits of a mode that let others write.
pub(super) const WRITING: u32 = 0o022;

/// Why a file is not the user's own secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Somebody else owns it.
    Foreign,
    /// Its mode lets others in.
    Open,
}

/// Returns why a file or a folder is exposed; `None` when it is not.
pub(super) fn exposure(found: &Metadata, bits: u32) -> Option<Exposure> {
    let user = rustix::process::geteuid().as_raw();
    judge(found.uid(), found.mode(), user, bits)
}

fn judge(owner: u32, mode: u32, user: u32, bits: u32) -> Option<Exposure> {
    if owner != user {
        Some(Exposure::Foreign)
    } else if mode & bits != 0 {
        Some(Exposure::Open)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_counts_before_the_mode() {
        assert_eq!(judge(1000, 0o600, 1000, ANYTHING), None);
        assert_eq!(judge(1000, 0o640, 1000, ANYTHING), Some(Exposure::Open));
        assert_eq!(judge(1000, 0o755, 1000, WRITING), None);
        assert_eq!(judge(1000, 0o775, 1000, WRITING), Some(Exposure::Open));
        assert_eq!(judge(0, 0o600, 1000, ANYTHING), Some(Exposure::Foreign));
        assert_eq!(judge(0, 0o644, 1000, ANYTHING), Some(Exposure::Foreign));
    }
}
