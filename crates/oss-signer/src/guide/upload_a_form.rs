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
//! // A field of your own, which the policy limits.
//! let own = [("content-type", "image/png")];
//! for (name, value) in form.fields("user/42/${filename}").chain(own) {
//!     html += &format!("<input type='hidden' name='{name}' value='{}'>", escaped(value));
//! }
//! html += "<input type='file' name='file'><input type='submit'></form>";
//! assert!(html.contains("name='x-oss-signature'"));
//!
//! /// An object key may have every character, so a user could end the attribute with one.
//! fn escaped(value: &str) -> String {
//!     value.replace('&', "&amp;").replace('\'', "&#39;").replace('<', "&lt;")
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - The field `file` comes last: OSS ignores every field after it.
//! - OSS answers 204 by default. The field `success_action_status` can ask for 200 or 201.
//! - A condition on `content-type` is about the field of that name. Whether OSS looks at the file's own type instead, its documentation does not say; the sandbox of this project does not.
//! - A field that breaks a condition gets 403 `AccessDenied`, with a message that names the condition.
//! - Put a condition on `key`, or the form can overwrite every object of the bucket.
