#![doc = include_str!("../README.md")]

mod client;
mod headers;
mod localhost;
mod server_text;
mod server_url;
mod transport_error;
mod trust;

pub use client::{Options, SetupError, client};
pub use headers::{header_text, parsed_header, retry_after, server_time};
pub use server_text::ServerText;
pub use server_url::{ServerUrl, ServerUrlError};
pub use transport_error::{TransportError, TransportKind};
