//! The sandbox as its clients see it: requests over real sockets, written byte by byte.

// Marks the helpers as test code, for the lints that are off in tests.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests measure how long things take"
)]

mod access;
mod backend;
mod client;
mod faults;
mod get_object;
mod link;
mod multipart;
mod put_object;
mod state;
mod status;
mod tls;
mod trouble;
mod verify;
