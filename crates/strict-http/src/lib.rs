#![doc = include_str!("../README.md")]

mod client;
mod connecting;
mod extra_ca;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod issuer;
mod localhost;
mod proxies;
mod route;
mod server_text;
mod server_url;
mod setup_error;
mod transport_error;
mod trust;

pub use client::{Client, Options, client};
pub use headers::{header_text, parsed_header, retry_after, server_time};
pub use route::{Connection, Handshake, HandshakeError, Route};
pub use server_text::ServerText;
pub use server_url::{ServerUrl, ServerUrlError};
pub use setup_error::SetupError;
pub use transport_error::{TransportError, TransportKind};
