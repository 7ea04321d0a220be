//! Tests of the command as a process, against the sandbox over real sockets; and of the signer against the sandbox's
//! verifier.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests measure how long things take"
)]

mod bad_input;
mod blocked;
mod budget;
#[cfg(target_os = "linux")]
mod clipboard;
mod cross_check;
#[cfg(unix)]
mod display;
mod doctor;
mod errors;
mod inputs;
mod json;
mod json_events;
mod kill;
mod login;
mod mcp;
mod media;
mod object_keys;
mod outages;
mod outcome;
mod proxy;
mod recovery;
mod sandbox;
mod schemas;
#[cfg(unix)]
mod screen;
mod secrets;
mod seed;
mod sent_twice;
mod skill;
mod soak;
mod stage;
#[cfg(unix)]
mod terminal;
mod under_test;
mod upload;
mod uploads;
mod vectors;
mod watch;
