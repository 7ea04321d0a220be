//! The policy of a form: until when it is valid, and what its fields may contain.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use super::form::Form;
use super::json;
use super::sign::{SECURITY_TOKEN, sign_v1, sign_v4};
use crate::credentials::Credentials;
use crate::decimal::Decimal;
use crate::error::{Field, SignError};
use crate::refuse;
use crate::request::check_bucket;
use crate::timestamp::Timestamp;
use crate::v4::Scope;
use crate::v4::form::{FIELDS as V4_FIELDS, FormParts};

/// The policy of a form upload: until when it is valid, and what its fields may contain.
///
/// Building one never fails. Signing returns the first error of the builder.
/// Signing adds the conditions that a signature needs: the token, and for V4 the version, credential and date.
///
/// Field names have no `$`. Each condition is one that OSS documents for [PostObject](https://www.alibabacloud.com/help/doc-detail/31988.htm).
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use oss_signer::{Credentials, post::Policy};
///
/// # fn main() -> Result<(), oss_signer::SignError> {
/// let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323); // SystemTime::now() in a program
/// let form = Policy::new("examplebucket", time + Duration::from_secs(3600))
///     .starts_with("key", "user/42/")
///     .content_length_range(1, 100 * 1024 * 1024)
///     .sign_v1(&Credentials::new("LTAI-EXAMPLE", "example-secret"))?;
/// let names: Vec<_> = form.fields("user/42/clip.mp4").map(|(name, _)| name).collect();
/// assert_eq!(names, ["key", "OSSAccessKeyId", "policy", "Signature"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Policy<'a> {
    bucket: &'a str,
    expires_at: Timestamp,
    /// JSON texts, each with a comma in front.
    conditions: String,
    /// Why the policy cannot be signed.
    refused: Option<SignError>,
}

impl<'a> Policy<'a> {
    /// Creates a policy for uploads to one bucket until `expires_at`.
    #[must_use]
    pub fn new(bucket: &'a str, expires_at: impl Into<Timestamp>) -> Self {
        Self {
            bucket,
            expires_at: expires_at.into(),
            conditions: String::new(),
            refused: check_bucket(bucket).err(),
        }
    }

    /// Requires a field to have this value: `["eq", "$field", value]`.
    #[must_use]
    pub fn equals(self, field: &str, value: &str) -> Self {
        self.condition("eq", field, |json| json::push_string(json, value))
    }

    /// Requires the value of a field to start with this text: `["starts-with", "$field", prefix]`.
    ///
    /// An empty text allows every value.
    #[must_use]
    pub fn starts_with(self, field: &str, prefix: &str) -> Self {
        self.condition("starts-with", field, |json| json::push_string(json, prefix))
    }

    /// Requires a field to have one of these values: `["in", "$field", [values]]`.
    #[must_use]
    pub fn one_of(self, field: &str, values: &[&str]) -> Self {
        self.condition("in", field, |json| json::push_strings(json, values))
            .refuse_no_values(field, values)
    }

    /// Requires a field to have none of these values: `["not-in", "$field", [values]]`.
    #[must_use]
    pub fn none_of(self, field: &str, values: &[&str]) -> Self {
        self.condition("not-in", field, |json| json::push_strings(json, values))
            .refuse_no_values(field, values)
    }

    /// Requires the file to have from `min_bytes` to `max_bytes` bytes, both included.
    #[must_use]
    pub fn content_length_range(mut self, min_bytes: u64, max_bytes: u64) -> Self {
        if min_bytes > max_bytes {
            self.refused.get_or_insert(SignError::LengthRange {
                min_bytes,
                max_bytes,
            });
        }
        self.conditions.push_str(",[\"content-length-range\",");
        self.conditions.push_str(Decimal::new(min_bytes).as_str());
        self.conditions.push(',');
        self.conditions.push_str(Decimal::new(max_bytes).as_str());
        self.conditions.push(']');
        self
    }

    /// Signs with V1. Whoever has the form can upload until the policy expires.
    ///
    /// If a security token signs, the form stops working when the token expires.
    ///
    /// # Errors
    ///
    /// [`SignError`] names the field: a bucket that cannot be signed, an empty field name, an empty list of values,
    /// a field that the signature sets, a length range whose minimum is above its maximum,
    /// credentials that cannot be sent, a time before 1970 or after 9999.
    pub fn sign_v1(&self, credentials: &Credentials<'_>) -> Result<Form, SignError> {
        sign_v1(&self.text(&[], credentials)?, credentials)
    }

    /// Signs with V4 at the time `time`. Whoever has the form can upload until the policy expires.
    ///
    /// # Errors
    ///
    /// As for [`Policy::sign_v1`], and a region or product that cannot be signed.
    pub fn sign_v4(
        &self,
        credentials: &Credentials<'_>,
        scope: &Scope<'_>,
        time: impl Into<Timestamp>,
    ) -> Result<Form, SignError> {
        let time = time.into();
        let parts = FormParts::new(credentials, scope, time)?;
        let policy = self.text(&parts.fields(), credentials)?;
        sign_v4(&policy, credentials, scope, time)
    }

    /// Returns the policy's JSON text, with the conditions that the signature needs.
    fn text(
        &self,
        mandatory: &[(&str, &str)],
        credentials: &Credentials<'_>,
    ) -> Result<Zeroizing<String>, SignError> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        let expires_at = self.expires_at.moment(Field::ExpiresAt)?;
        let token_bytes = credentials.token().map_or(0, str::len);
        let capacity = self.conditions.len() + token_bytes + 512;
        let mut json = Zeroizing::new(String::with_capacity(capacity));
        json.push_str("{\"expiration\":");
        json::push_string(&mut json, expires_at.iso_extended().as_str());
        json.push_str(",\"conditions\":[");
        push_exact(&mut json, "bucket", self.bucket);
        for (name, value) in mandatory {
            json.push(',');
            push_exact(&mut json, name, value);
        }
        json.push_str(&self.conditions);
        if let Some(token) = credentials.token() {
            json.push(',');
            push_exact(&mut json, SECURITY_TOKEN, token);
        }
        json.push_str("]}");
        Ok(json)
    }

    fn condition(mut self, mode: &str, field: &str, push_value: impl Fn(&mut String)) -> Self {
        if let Err(refused) = check_field(field) {
            self.refused.get_or_insert(refused);
        }
        let json = &mut self.conditions;
        json.push_str(",[");
        json::push_string(json, mode);
        json.push_str(",\"$");
        // A field's name has no character that JSON escapes.
        json.push_str(field);
        json.push_str("\",");
        push_value(json);
        json.push(']');
        self
    }

    fn refuse_no_values(mut self, field: &str, values: &[&str]) -> Self {
        if values.is_empty() {
            let field = Field::FormField(field.to_owned());
            self.refused.get_or_insert(SignError::Empty { field });
        }
        self
    }
}

/// Refuses names that are empty, that a form cannot have, and those that the signature sets.
fn check_field(name: &str) -> Result<(), SignError> {
    let field = || Field::FormField(name.to_owned());
    refuse::empty(name, field)?;
    refuse::bytes(name, refuse::no_form_field, field)?;
    let is_reserved = ["bucket", "OSSAccessKeyId", "policy", "Signature"].contains(&name)
        || name == SECURITY_TOKEN
        || V4_FIELDS.contains(&name);
    if is_reserved {
        return Err(SignError::Reserved { field: field() });
    }
    Ok(())
}

/// Appends `{"name":"value"}`.
fn push_exact(json: &mut String, name: &str, value: &str) {
    json.push('{');
    json::push_string(json, name);
    json.push(':');
    json::push_string(json, value);
    json.push('}');
}

impl fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("bucket", &self.bucket)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
