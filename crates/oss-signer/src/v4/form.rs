//! The form mode of V4: the signed text is the policy of a form.

use alloc::string::String;

use hmac::Mac;

use super::scope::Scope;
use super::signing_key::derive;
use super::string_to_sign::{ALGORITHM, DATE};
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::hex::Hex;
use crate::moment::Ascii;
use crate::sink::{Sink, written};
use crate::timestamp::Timestamp;

/// The form fields of a V4 signature, apart from the policy and the token.
pub(crate) const FIELDS: [&str; 4] = [
    "x-oss-signature-version",
    "x-oss-credential",
    DATE,
    "x-oss-signature",
];

/// The scope and time of a form's signature.
pub(crate) struct FormParts<'a> {
    scope: &'a Scope<'a>,
    date: Ascii<16>,
    credential: String,
}

impl<'a> FormParts<'a> {
    pub(crate) fn new(
        credentials: &Credentials<'_>,
        scope: &'a Scope<'a>,
        time: Timestamp,
    ) -> Result<Self, SignError> {
        credentials.check()?;
        scope.check()?;
        let date = time.moment(Field::Time)?.iso_basic();
        let credential = written(|sink| {
            sink.text(credentials.access_key_id());
            sink.text("/");
            scope.write(sink, date.day());
        });
        Ok(Self {
            scope,
            date,
            credential,
        })
    }

    /// Returns the fields that the policy must contain too.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 3] {
        let [version, credential, date, _] = FIELDS;
        [
            (version, ALGORITHM),
            (credential, &self.credential),
            (date, self.date.as_str()),
        ]
    }

    /// Signs the base64 of a policy.
    pub(crate) fn signature(
        &self,
        credentials: &Credentials<'_>,
        policy: &str,
    ) -> Result<Hex, SignError> {
        let mut mac = derive(credentials, self.scope, self.date.day())?;
        mac.text(policy);
        Ok(Hex::new(&mac.finalize().into_bytes().into()))
    }
}
