#![doc = include_str!("../README.md")]

mod access;
mod batch;
mod blocking;
mod clock;
mod content_type;
mod error;
mod events;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod journal;
mod kept_url;
mod ledger;
mod limits;
mod links;
mod memory;
mod one_file;
mod one_run;
mod policy;
mod published;
mod publishing;
mod remembered;
mod reuse;
mod run;
mod sending;
mod shared;
mod source;
mod stage;
mod state_dir;
mod stop;
mod talk;
mod tally;
mod upload;
mod uploader;
mod uploads;

// The crates whose types are in this API, in the version that it has.
#[doc(no_inline)]
pub use {oss_client, strict_http, vectcut_api};

pub use error::{Cause, Fault, FileKind, Hint, Progress, SourceAction, UploadError};
pub use events::{Event, Step};
pub use links::{Link, LinkOf};
pub use policy::{
    plan::{PART_MAX_BYTES, PART_MIN_BYTES},
    retry::RetryPolicy,
    streams::STREAMS_MAX,
};
pub use published::{Outcome, Published};
pub use shared::SignatureChoice;
pub use stop::{Stop, StopReason};
pub use upload::Upload;
pub use uploader::Uploader;
pub use uploads::{FinishedUpload, UnfinishedUpload, Uploads, UploadsError};
