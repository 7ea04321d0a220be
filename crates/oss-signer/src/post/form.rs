//! The signed fields of a form.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

/// The fields of a signed form.
///
/// Whoever has them can upload what the policy allows, so treat them as a secret.
/// `Debug` shows no value, and dropping the form overwrites them.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    fields: Vec<(&'static str, String)>,
}

impl Form {
    pub(super) fn new(fields: Vec<(&'static str, String)>) -> Self {
        Self { fields }
    }

    /// Returns the fields in the order in which to send them: `key`, then those of the signature.
    ///
    /// `object_key` is the raw object key. OSS replaces `${filename}` in it by the name of the uploaded file.
    /// Add fields of your own, such as `success_action_status`, and then the field `file`.
    pub fn fields<'a>(&'a self, object_key: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let signed = self.fields.iter();
        core::iter::once(("key", object_key))
            .chain(signed.map(|(name, value)| (*name, value.as_str())))
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for (_, value) in &mut self.fields {
            value.zeroize();
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").finish_non_exhaustive()
    }
}
