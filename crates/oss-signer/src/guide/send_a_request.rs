//! Upload or download with any HTTP client.
//!
//! # With the types of the crate `http`
//!
//! reqwest, hyper and ureq take them. The feature `http` signs the head of such a request:
//!
#![cfg_attr(feature = "http", doc = "```")]
#![cfg_attr(not(feature = "http"), doc = "```ignore")]
//! use oss_signer::http::{Addressing, sign_parts_v4};
//! use oss_signer::{Credentials, v4::Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let request = http::Request::put("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/clip.mp4")
//!     .header("content-type", "video/mp4")
//!     .body("the bytes")?;
//! let (mut parts, body) = request.into_parts();
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let time = std::time::SystemTime::now();
//! sign_parts_v4(&mut parts, Addressing::Host("examplebucket"), &credentials, &Scope::new("cn-hangzhou"), time)?;
//! let request = http::Request::from_parts(parts, body);
//! # assert!(request.headers().contains_key("authorization"));
//! # Ok(())
//! # }
//! ```
//!
//! Then `client.execute(request.try_into()?)` sends it with reqwest, and `agent.run(request)` with ureq.
//! `tests/signer-users` in the repository has a program for each of the three.
//!
//! # With every other client
//!
//! A client needs three things: the URL of the request, the headers that were signed, and the headers of the signature.
//!
//! ```
//! use std::time::UNIX_EPOCH;
//! use oss_signer::{Credentials, Request, v4::{self, Scope}};
//!
//! # fn main() -> Result<(), oss_signer::SignError> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let request = Request::put("examplebucket", "clip.mp4").header("Content-Type", "video/mp4");
//! let signed = v4::sign(&request, &credentials, &Scope::new("cn-hangzhou"), UNIX_EPOCH)?;
//!
//! let url = request.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com");
//! assert_eq!(url, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/clip.mp4");
//! let headers: Vec<(&str, &str)> = request.headers().chain(signed.headers()).collect();
//! assert_eq!(headers[..2], [("content-type", "video/mp4"), ("x-oss-date", "19700101T000000Z")]);
//! # Ok(())
//! # }
//! ```
//!
//! # In a browser
//!
//! - `SystemTime::now()` panics on `wasm32-unknown-unknown`. Take [`Timestamp::from_unix_seconds`](crate::Timestamp::from_unix_seconds) with the seconds of `Date.now()`.
//! - `fetch` does not send a header `Date`. Sign with V4, or give V1 an `x-oss-date` header.
//! - A page shows its code to everybody: let a server presign the URL or sign the form, and keep the secret there.
//!
//! # What breaks a signature
//!
//! - Some clients add a `Content-Type` after signing. Always set it on the [`Request`](crate::Request).
//! - Some clients follow a redirect with the same headers, which sends the signature to another host. Turn redirects off.
//! - OSS accepts a signature for 15 minutes. Sign each retry anew.
//!
//! # Object keys in URLs
//!
//! [`Request::url`](crate::Request::url) encodes the object key as OSS reads it.
//! The `url` crate, which reqwest uses, removes the segments `.` and `..` from a path, so the request would go to another object.
//! Refuse such keys, or send them through a type that keeps paths, such as `http::Uri`.
//!
//! In path style, as in `http://127.0.0.1:9000/examplebucket/clip.mp4`, the bucket is part of the origin; the signature is the same.
