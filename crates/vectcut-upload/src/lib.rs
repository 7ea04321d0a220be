#![doc = include_str!("../README.md")]

mod clock;
mod content_type;
mod error;
mod events;
mod file_body;
#[expect(dead_code)]
mod plan;
mod published;
mod retry;
mod source;
#[expect(dead_code)]
mod streams;
mod uploader;
#[expect(dead_code)]
mod verdict;

pub use error::{Fault, SourceAction, UploadError};
pub use events::{Event, Step};
pub use published::{Outcome, Published};
pub use retry::RetryPolicy;
pub use streams::STREAMS_MAX;
pub use uploader::{SignatureChoice, Upload, Uploader};
