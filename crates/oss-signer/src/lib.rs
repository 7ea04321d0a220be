#![doc = include_str!("../README.md")]

mod canonical_headers;
mod credentials;
mod error;
pub mod guide;
mod http_date;
mod keyed_hash;
pub mod percent;
mod presigned;
mod redacted;
mod refuse;
mod request;
mod sink;
pub mod v1;
pub mod v4;

pub use credentials::Credentials;
pub use error::{Field, SignError};
pub use presigned::Presigned;
pub use redacted::{CanonicalRequest, StringToSign};
pub use request::{Request, Resource};
