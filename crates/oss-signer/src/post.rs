//! Form uploads: `PostObject`, which browsers use.
//!
//! A form carries a *policy*: a JSON text that says until when the form is valid and what its fields may contain.
//! The signature covers the policy, so whoever has the form can upload whatever the policy allows.
//!
//! [`Policy`] builds and signs a policy. [`sign_v1`] and [`sign_v4`] sign a policy text of your own.
//! Send the fields of [`Form::fields`] as `multipart/form-data` in a `POST` to the bucket's host.
//! The field `file` comes last. [The guide](crate::guide::upload_a_form) shows the whole request.
//!
//! ```text
//! V1: Signature       = base64(HMAC-SHA1(access key secret, base64(policy)))
//! V4: x-oss-signature = hex(HMAC-SHA256(derived key, base64(policy)))
//! ```
//!
//! Source: [PostObject](https://www.alibabacloud.com/help/doc-detail/31988.htm) and [Include a V4 signature in a form](https://www.alibabacloud.com/help/en/oss/developer-reference/signature-version-4-recommend).

mod form;
mod json;
mod policy;
mod sign;

pub use form::Form;
pub use policy::Policy;
pub use sign::{sign_v1, sign_v4};
