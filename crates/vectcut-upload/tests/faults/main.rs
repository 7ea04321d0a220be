//! One fault of the sandbox, one expected outcome, per test. Each test reads as a sentence and ends by looking at what
//! the sandbox has stored.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

mod bench;
mod credentials;
mod futures;
mod integrity;
mod lines;
mod refusals;
mod resume;
