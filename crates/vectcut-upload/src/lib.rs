#![doc = include_str!("../README.md")]

mod access;
mod backend;
mod batch;
mod chunks;
mod clock;
mod content_type;
mod error;
mod events;
mod file_body;
mod journal;
mod pace;
mod parts;
mod plan;
mod progress_ticks;
mod published;
mod remembered;
mod retry;
mod run;
#[cfg(test)]
mod simulation;
mod single_put;
mod source;
mod stop;
mod streams;
mod tally;
mod upload;
mod uploader;
mod verdict;
mod walk;

pub use error::{Fault, SourceAction, UploadError};
pub use events::{Event, Step};
pub use published::{Outcome, Published};
pub use retry::RetryPolicy;
pub use stop::{Stop, StopReason};
pub use streams::STREAMS_MAX;
pub use upload::Upload;
pub use uploader::{SignatureChoice, Uploader};
