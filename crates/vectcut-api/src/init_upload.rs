//! `POST /sts/upload/init`: asks where to put a file, and for the credentials to do it.

use std::time::SystemTime;

use serde::Serialize;

use crate::{
    ApiError, ApiKey, Call, Client, FieldFault, Secret, StsCredentials, credentials::instant,
    envelope::Envelope,
};

#[derive(Serialize)]
struct InitUpload<'a> {
    file_name: &'a str,
    file_size_bytes: u64,
}

/// What init returns: where to put the object, and what to sign the requests with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UploadTicket {
    /// The credentials, valid for this object key.
    pub credentials: StsCredentials,
    /// The bucket as the backend named it, not checked against OSS's rules (assumption A9).
    pub bucket: String,
    /// The object key as the backend named it, not checked against OSS's rules (assumption A9).
    pub object_key: String,
    /// The region, without the prefix `oss-`, if the backend named one. No public client reads one.
    pub region: Option<String>,
    /// The backend's clock when it responded, to the second, from `Date`.
    pub server_time: Option<SystemTime>,
}

impl Client {
    /// Asks for a ticket to upload a file of this name and size, which may be 0 (assumption A7).
    ///
    /// # Errors
    ///
    /// Any variant of [`ApiError`]. None holds any part of the response but the server's own error message.
    /// [`ApiError::InvalidField`] stands for a bucket or an object key that repeats a secret.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave credentials behind on the server, which expire by themselves.
    pub async fn init_upload(
        &self,
        file_name: &str,
        file_size_bytes: u64,
    ) -> Result<UploadTicket, ApiError> {
        let reply = self
            .call(
                Call::InitUpload,
                &InitUpload {
                    file_name,
                    file_size_bytes,
                },
            )
            .await?;
        let expiration = reply
            .optional("credentials.Expiration")
            .or(reply.optional("credentials.expiration"));
        let credentials = StsCredentials {
            access_key_id: reply.required("credentials.AccessKeyId")?.to_owned(),
            access_key_secret: Secret::new(reply.required("credentials.AccessKeySecret")?),
            security_token: Secret::new(reply.required("credentials.SecurityToken")?),
            expiration: expiration.and_then(instant),
        };
        Ok(UploadTicket {
            bucket: shown(&reply, "bucket_name", self.api_key(), &credentials)?,
            object_key: shown(&reply, "object_key", self.api_key(), &credentials)?,
            region: reply.optional("region").and_then(region),
            server_time: reply.server_time,
            credentials,
        })
    }
}

/// Returns a field that will be shown to people and programs, unless it repeats a secret.
fn shown(
    reply: &Envelope,
    field: &'static str,
    api_key: &ApiKey,
    credentials: &StsCredentials,
) -> Result<String, ApiError> {
    let text = reply.required(field)?;
    if api_key.is_in(text)
        || credentials.access_key_secret.is_in(text)
        || credentials.security_token.is_in(text)
    {
        return Err(reply.invalid(field, FieldFault::RepeatsSecret));
    }
    Ok(text.to_owned())
}

/// Reads `oss-cn-hangzhou` or `cn-hangzhou` as the region `cn-hangzhou`; anything that no region looks like counts as none.
fn region(text: &str) -> Option<String> {
    let region = text.trim().trim_start_matches("oss-");
    let is_region = (1..=63).contains(&region.len())
        && region
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    is_region.then(|| region.to_owned())
}
