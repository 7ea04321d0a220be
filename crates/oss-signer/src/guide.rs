//! How to sign and send requests; this module holds no items.
//!
//! # A PUT with any HTTP client
//!
//! A signature needs three things of the client: the URL of the request, the headers that were signed, and the headers of the signature.
//! This function knows no client; `attach` is whatever adds a header in yours.
//!
//! ```
//! use std::time::SystemTime;
//! use oss_signer::{Credentials, Request, SignError, v1};
//!
//! /// Hands every header of a signed request to `attach`, and returns the URL.
//! fn sign(
//!     request: &Request<'_>,
//!     credentials: &Credentials<'_>,
//!     time: SystemTime,
//!     mut attach: impl FnMut(&str, &str),
//! ) -> Result<String, SignError> {
//!     let signed = v1::sign(request, credentials, time)?;
//!     request.headers().for_each(|(name, value)| attach(name, value));
//!     signed.headers().for_each(|(name, value)| attach(name, value));
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
//! let reply = put.send().await?;
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
//! let reply = put.send(body)?;
//! ```
//!
//! Three habits of HTTP clients break a signature:
//!
//! - Adding a `Content-Type` of their own after signing. Always give the request one.
//! - Following a redirect with the same headers. The credentials would go to another host; switch redirects off.
//! - Repeating a request minutes later. The time is signed, and OSS accepts 15 minutes either way; sign each attempt.
//!
//! # Object keys in URLs
//!
//! [`Request::url`](crate::Request::url) encodes the object key as OSS reads it.
//! Some URL types rewrite a path when they parse it: the `url` crate, and so reqwest, removes the segments `.` and `..`, and the request would go to another object than the one that was signed.
//! Refuse such keys, or send them through a type that keeps paths, such as `http::Uri`.
//! In path style (`http://127.0.0.1:9000/examplebucket/clip.mp4`, for servers without a name) the bucket is part of the origin; the signature is the same.
//!
//! # A link to an object
//!
//! A presigned URL lets whoever has it send one request until it expires.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::v4::{self, Scope};
//! use oss_signer::{Credentials, Request};
//!
//! # fn main() -> Result<(), oss_signer::SignError> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let request = Request::get("examplebucket", "报告.pdf")
//!     .query("response-content-disposition", "attachment; filename=\"report.pdf\"");
//! let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
//! let hour = Duration::from_secs(3600);
//!
//! let link = v4::presign(&request, &credentials, &Scope::new("cn-hangzhou"), time, hour)?;
//! let url = link.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com");
//! assert!(url.starts_with(
//!     "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/%E6%8A%A5%E5%91%8A.pdf?\
//!      response-content-disposition=attachment%3B%20filename%3D%22report.pdf%22&x-oss-credential="
//! ));
//! # Ok(())
//! # }
//! ```
//!
//! V1 counts the end in absolute time ([`v1::presign`](crate::v1::presign) takes `expires_at`), V4 from the moment of signing, for seven days at most, with a security token for twelve hours.
//! A link that is to be opened in a browser is best presigned without headers: a browser does not send them.
//!
//! # When OSS says `SignatureDoesNotMatch`
//!
//! The reply repeats the string to sign as OSS computed it.
//! Compare it with [`v1::string_to_sign`](crate::v1::string_to_sign) or [`v4::canonical_request`](crate::v4::canonical_request): where they differ, something was changed between signing and sending; where they do not, the secret is wrong.
//! Shown with `{}`, both hide the security token; the reply does not.
//!
//! # Which version
//!
//! V1 is being withdrawn: it is no longer open to accounts created since March 2025 nor to buckets created since September 2025, in steps, and no date is published for older ones ([notice](https://www.alibabacloud.com/en/notice/notice_on_the_discontinuation_of_the_oss_v1_signature_algorithm_40f)).
//! A refusal is HTTP 403 with the EC `0002-00000080` ([reference](https://help.aliyun.com/en/oss/user-guide/0002-00000080)); then sign the same request with V4.
//! Do not fall back on `SignatureDoesNotMatch`: that is a wrong secret or a changed request, and another version would hide it.
//!
//! V4 needs the region and signs every query parameter.
//! V1 needs neither, which is why it lives on behind gateways that know nothing else.
//! V1 also signs object keys raw: the key `a?uploads` and the sub-resource `uploads` of the key `a` have the same signature, which V4 tells apart.
