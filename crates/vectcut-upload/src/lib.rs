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
mod policy;
mod progress_ticks;
mod published;
mod remembered;
mod run;
mod single_put;
mod source;
mod stop;
mod tally;
mod upload;
mod uploader;
mod walk;

pub use error::{Fault, SourceAction, UploadError};
pub use events::{Event, Step};
pub use policy::retry::RetryPolicy;
pub use policy::streams::STREAMS_MAX;
pub use published::{Outcome, Published};
pub use stop::{Stop, StopReason};
pub use upload::Upload;
pub use uploader::{SignatureChoice, Uploader};
