//! What was uploaded, kept across runs, so that the same content under the same name is not sent twice.
//!
//! An entry is a memory and no proof: whoever uses one asks the servers whether it still holds. Entries lie in 1024 files,
//! each by a hash of account, backend, name and length, so a look at one upload reads one file. Each line has a checksum;
//! damage is dropped. The links are secrets, so only the owner can read the files. There are no credentials.

mod entry;
mod folder;
mod shard;
#[cfg(test)]
mod tests;

pub(crate) use entry::{Entry, Subject, seconds};
pub(crate) use folder::Ledger;
