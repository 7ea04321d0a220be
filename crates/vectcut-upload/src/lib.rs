#![doc = include_str!("../README.md")]

mod clock;
mod content_type;
mod error;
mod events;
mod file_body;
mod published;
mod source;
mod uploader;

pub use error::{Fault, SourceAction, UploadError};
pub use events::{Event, Step};
pub use published::{Outcome, Published};
pub use uploader::{SignatureChoice, Upload, Uploader};
