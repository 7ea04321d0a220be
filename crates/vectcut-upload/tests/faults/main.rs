//! One fault of the sandbox, one expected outcome, per test. Each test reads as a sentence and ends by looking at what
//! the sandbox has stored.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

mod batches;
mod bench;
mod budgets;
mod changes;
mod credentials;
#[cfg(unix)]
mod full_disk;
mod futures;
mod integrity;
mod journal_damage;
mod ledger_cost;
mod ledger_files;
mod lines;
mod links;
mod neighbours;
mod odd_responses;
mod promises;
mod proof;
mod refusals;
mod resume;
mod reuse;
mod round_trip;
mod stuck;
