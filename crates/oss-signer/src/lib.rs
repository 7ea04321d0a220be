#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! | you want to | item | guide |
//! |---|---|---|
//! | send a signed request | [`v4::sign`], [`v1::sign`], `http::sign_parts_v4` | [`guide::send_a_request`] |
//! | give somebody a URL | [`v4::presign`], [`v1::presign`] | [`guide::presign_a_url`] |
//! | let a browser upload | [`post::Policy`] | [`guide::upload_a_form`] |
//! | sign many requests | [`v4::SigningKey`] | |
//! | find the URL and the region of a bucket | [`Endpoint`] | [`guide::find_the_endpoint`] |
//! | understand a 403 | [`diagnose`] | [`guide::signature_does_not_match`] |
//! | verify a request that a server received | `verify::check` | |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod canonical_headers;
mod credentials;
mod decimal;
pub mod diagnose;
mod endpoint;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod guide;
mod header;
mod hex;
#[cfg(feature = "http")]
pub mod http;
mod keyed_hash;
mod moment;
mod owned_credentials;
pub mod percent;
pub mod post;
mod presigned;
mod redacted;
mod refuse;
mod request;
mod sink;
mod timestamp;
pub mod v1;
pub mod v4;
#[cfg(feature = "verify")]
pub mod verify;

pub use credentials::Credentials;
pub use endpoint::{Endpoint, EndpointError, EndpointKind};
pub use error::{Field, SignError};
pub use owned_credentials::{OwnedCredentials, ProvideCredentials};
pub use presigned::Presigned;
pub use redacted::{CanonicalRequest, StringToSign};
pub use request::{Request, Resource};
pub use timestamp::Timestamp;
