//! The pure decisions of an upload: no socket, no file, no clock, and no other module of this crate.

pub(crate) mod cap;
pub(crate) mod history;
pub(crate) mod known;
pub(crate) mod plan;
pub(crate) mod retry;
pub(crate) mod round_trip;
#[cfg(test)]
mod runs_simulation;
#[cfg(test)]
mod simulation;
pub(crate) mod streams;
pub(crate) mod stuck;
pub(crate) mod verdict;
pub(crate) mod way;
