//! Let a browser upload with a form.
//!
//! The server signs a policy and sends the fields to the browser, which adds the file.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::{Credentials, post::Policy, v4::Scope};
//!
//! # fn main() -> Result<(), oss_signer::SignError> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
//!
//! let form = Policy::new("examplebucket", time + Duration::from_secs(600))
//!     .starts_with("key", "user/42/")
//!     .one_of("content-type", &["image/jpeg", "image/png"])
//!     .content_length_range(1, 10 * 1024 * 1024)
//!     .sign_v4(&credentials, &Scope::new("cn-hangzhou"), time)?;
//!
//! let mut html = String::from("<form method='post' enctype='multipart/form-data' \
//!     action='https://examplebucket.oss-cn-hangzhou.aliyuncs.com'>");
//! for (name, value) in form.fields("user/42/${filename}") {
//!     // No value contains a quotation mark: they are base64, hexadecimal, or checked.
//!     html += &format!("<input type='hidden' name='{name}' value='{value}'>");
//! }
//! html += "<input type='file' name='file'><input type='submit'></form>";
//! assert!(html.contains("name='x-oss-signature'"));
//! # Ok(())
//! # }
//! ```
//!
//! - The field `file` comes last: OSS ignores every field after it.
//! - OSS answers 204 by default. The field `success_action_status` can ask for 200 or 201.
//! - A field that breaks a condition gets 403 `AccessDenied`, with a message that names the condition.
//! - Put a condition on `key`, or the form can overwrite every object of the bucket.
