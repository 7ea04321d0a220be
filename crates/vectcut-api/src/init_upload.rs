//! `POST /sts/upload/init`: asks for a place to put a file and the credentials to do it.

use std::time::SystemTime;

use serde::Serialize;

use crate::{
    ApiError, ApiKey, Call, Client, FieldFault, Secret, StsCredentials, credentials::instant,
    envelope::Envelope,
};

/// Shorter credentials are not looked for in other fields: real ones have 20 characters and more.
const SECRET_MIN_BYTES: usize = 8;

#[derive(Serialize)]
struct InitUpload<'a> {
    file_name: &'a str,
    file_size_bytes: u64,
}

/// What init returns: where to put the object, and what to sign the request with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UploadTicket {
    /// The credentials, good for this object key.
    pub credentials: StsCredentials,
    /// The bucket as the backend named it; not checked against OSS's rules here.
    pub bucket: String,
    /// The object key as the backend named it; not checked against OSS's rules here.
    pub object_key: String,
    /// The region, without the prefix `oss-`, when the backend names one (assumption A3).
    pub region: Option<String>,
    /// The backend's clock when it responded, to the second, from `Date`.
    pub server_time: Option<SystemTime>,
}

impl Client {
    /// Asks for a ticket to upload a file of this name and size, which may be 0 (assumption A7).
    ///
    /// # Errors
    ///
    /// Every variant of [`ApiError`] can come; none holds any part of the reply but the server's own error words.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave a minted object key and credentials behind on the server, which end by themselves.
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
    let repeats = |secret: &Secret| secret.len_bytes() >= SECRET_MIN_BYTES && secret.is_in(text);
    if api_key.is_in(text)
        || repeats(&credentials.access_key_secret)
        || repeats(&credentials.security_token)
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
