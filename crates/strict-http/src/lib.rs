#![doc = include_str!("../README.md")]

mod client;
mod localhost;
mod server_url;
mod transport_error;
mod trust;

pub use client::{Options, SetupError, client};
pub use server_url::{ServerUrl, ServerUrlError};
pub use transport_error::{TransportError, TransportKind};
