//! The sub-commands, a file each.

pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod login;
pub(crate) mod logout;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod reference;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod skill;
pub(crate) mod upload;
pub(crate) mod uploads;
pub(crate) mod url;
pub(crate) mod watch;
