//! Each operation over a real socket against the sandbox: what is sent, and what comes back as a value.
#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking"
)]

mod bench;
mod bodies;
mod keys;
mod operations;
