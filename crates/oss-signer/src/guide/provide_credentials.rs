//! Provide credentials.
//!
//! [`Credentials`](crate::Credentials) borrow an access key for one signature.
//! [`OwnedCredentials`](crate::OwnedCredentials) keep one, and overwrite it when they are dropped.
//!
//! Code that should not know where credentials come from takes a [`ProvideCredentials`](crate::ProvideCredentials).
//! Every closure that returns owned credentials is one.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::v4::{self, Scope};
//! use oss_signer::{OwnedCredentials, ProvideCredentials, Request};
//!
//! fn link<P>(provider: &P, object_key: &str) -> Result<String, Box<dyn std::error::Error>>
//! where
//!     P: ProvideCredentials,
//!     P::Error: std::error::Error + 'static,
//! {
//!     let credentials = provider.provide()?;
//!     let request = Request::get("examplebucket", object_key);
//!     let (scope, time) = (Scope::new("cn-hangzhou"), UNIX_EPOCH); // SystemTime::now() in a program
//!     let hour = Duration::from_secs(3600);
//!     Ok(v4::presign(&request, &credentials.as_credentials(), &scope, time, hour)?.url("https://h"))
//! }
//!
//! let from_environment = || -> Result<OwnedCredentials, std::env::VarError> {
//!     // std::env::var("OSS_ACCESS_KEY_ID")? in a program
//!     Ok(OwnedCredentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE"))
//! };
//! assert!(link(&from_environment, "clip.mp4").is_ok());
//! ```
//!
//! The trait is not async. If getting credentials takes a request, get them first and keep them until they expire.
