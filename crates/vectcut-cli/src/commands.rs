//! The sub-commands, a file each.

pub(crate) mod completions;
pub(crate) mod reference;
pub(crate) mod sandbox;
pub(crate) mod upload;
