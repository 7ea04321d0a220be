//! Give somebody a URL that sends one request until it expires.
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
//! | | V1 | V4 |
//! |---|---|---|
//! | end | an absolute time, `expires_at` | a time after signing, `expires_in` |
//! | longest lifetime | any | 7 days; 12 hours with a security token |
//! | cut short by | the end of the security token | the end of the security token |
//!
//! Presign a URL for a browser without headers: a browser does not send them.
