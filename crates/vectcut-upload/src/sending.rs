//! The bytes of a file on their way to OSS: in one PUT, or in parts that OSS joins.

mod body;
mod complete;
mod kept_parts;
mod part;
mod parts;
mod progress;
mod proven;
mod single_put;

pub(crate) use complete::{Seen, complete, look};
pub(crate) use parts::{initiate, send_parts};
pub(crate) use single_put::put;
