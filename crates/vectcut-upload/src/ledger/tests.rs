//! Entries on the disk: written, found, replaced, damaged, too old.
