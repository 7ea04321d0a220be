//! Upload or download with any HTTP client.
//!
//! A client needs three things: the URL of the request, the headers that were signed, and the headers of the signature.
//! This function works with every client; `add` is what adds a header in yours.
//!
//! ```
//! use std::time::SystemTime;
//! use oss_signer::{Credentials, Request, SignError, v1};
//!
//! /// Passes every header of a signed request to `add`, and returns the URL.
//! fn sign(
//!     request: &Request<'_>,
//!     credentials: &Credentials<'_>,
//!     time: SystemTime,
//!     mut add: impl FnMut(&str, &str),
//! ) -> Result<String, SignError> {
//!     let signed = v1::sign(request, credentials, time)?;
//!     request.headers().for_each(|(name, value)| add(name, value));
//!     signed.headers().for_each(|(name, value)| add(name, value));
//!     Ok(request.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com"))
//! }
//!
//! # fn main() -> Result<(), SignError> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let request = Request::put("examplebucket", "clip.mp4").header("Content-Type", "video/mp4");
//! let mut lines = Vec::new();
//! let url = sign(&request, &credentials, SystemTime::UNIX_EPOCH, |name, value| {
//!     lines.push(format!("{name}: {value}"));
//! })?;
//! assert_eq!(url, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/clip.mp4");
//! assert_eq!(lines[..2], ["content-type: video/mp4", "date: Thu, 01 Jan 1970 00:00:00 GMT"]);
//! # Ok(())
//! # }
//! ```
//!
//! With reqwest:
//!
//! ```text
//! let mut put = client.put(request.url(origin)).body(body);
//! for (name, value) in request.headers() {
//!     put = put.header(name, value);
//! }
//! for (name, value) in signed.headers() {
//!     let mut value = HeaderValue::from_str(value)?;
//!     value.set_sensitive(true);
//!     put = put.header(name, value);
//! }
//! let response = put.send().await?;
//! ```
//!
//! With ureq, and every other client that takes names and values:
//!
//! ```text
//! let mut put = ureq::put(request.url(origin));
//! for (name, value) in request.headers() {
//!     put = put.header(name, value);
//! }
//! for (name, value) in signed.headers() {
//!     put = put.header(name, value);
//! }
//! let response = put.send(body)?;
//! ```
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
