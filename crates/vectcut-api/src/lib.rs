#![doc = include_str!("../README.md")]

mod api_key;
mod check_key;
mod client;
mod complete_upload;
mod credentials;
mod envelope;
mod error;
mod init_upload;
mod secret;
mod signed_url;

pub use api_key::{ApiKey, ApiKeyError};
pub use check_key::KeyVerdict;
pub use client::Client;
pub use credentials::StsCredentials;
pub use error::{ApiError, Call, ServerWords};
pub use init_upload::UploadTicket;
pub use secret::Secret;
pub use signed_url::SignedUrl;
