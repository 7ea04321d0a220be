#![doc = include_str!("../README.md")]

mod api_key;
mod check_key;
mod client;
mod complete_upload;
mod credentials;
mod envelope;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod init_upload;
mod probe;
mod secret;
mod signed_url;

pub use api_key::{ApiKey, ApiKeyError};
pub use check_key::KeyVerdict;
pub use client::Client;
pub use complete_upload::Completed;
pub use credentials::StsCredentials;
pub use error::{ApiError, Call, FieldFault, ServerWords};
pub use init_upload::UploadTicket;
pub use probe::{Probe, ProbeError};
pub use secret::Secret;
pub use signed_url::{SignedUrl, SignedUrlError};
