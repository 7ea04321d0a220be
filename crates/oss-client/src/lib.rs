#![doc = include_str!("../README.md")]

mod body;
mod client;
mod clock;
mod connect_ahead;
mod crc64;
mod diagnose;
mod document;
mod endpoint;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod get_object;
mod head_object;
mod multipart;
mod names;
mod new_object;
mod put_object;
mod reply;
mod signing;
mod xml;

pub use body::Patience;
pub use client::Client;
pub use crc64::{Crc64, Crc64Digest};
pub use endpoint::{Addressing, Endpoint, EndpointError};
pub use error::{Error, Operation};
pub use get_object::ObjectStream;
pub use head_object::ObjectInfo;
pub use multipart::{CompletedObject, MultipartUpload, Part, UploadId};
pub use names::{BucketName, NameError, ObjectKey};
pub use new_object::NewObject;
#[doc(no_inline)]
pub use oss_signer::{
    Credentials,
    diagnose::{Change, Diagnosis},
};
pub use put_object::{PUT_MAX_BYTES, StoredObject};
pub use reply::ErrorReply;
pub use signing::{Signature, Signing};
