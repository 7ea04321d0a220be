//! Requests to the servers: how they are signed, retried, and given new credentials.

pub(crate) mod backend;
mod credentials;
mod recovery;
mod request;
mod retrying;

pub(crate) use request::{Access, Attempt, Setback};
