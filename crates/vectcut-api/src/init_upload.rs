//! `POST /sts/upload/init`: asks for a place to put a file and the credentials to do it.

use serde::Serialize;

use crate::{ApiError, Call, Client, Secret, StsCredentials, credentials::instant};

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
    /// The region, without the prefix `oss-`, when the backend named one. *Assumed* to be absent as a rule.
    pub region: Option<String>,
}

impl Client {
    /// Asks for a ticket to upload a file of this name and size.
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
        Ok(UploadTicket {
            credentials: StsCredentials {
                access_key_id: reply.required("credentials.AccessKeyId")?.to_owned(),
                access_key_secret: Secret::new(reply.required("credentials.AccessKeySecret")?),
                security_token: Secret::new(reply.required("credentials.SecurityToken")?),
                expiration: expiration.and_then(instant),
            },
            bucket: reply.required("bucket_name")?.to_owned(),
            object_key: reply.required("object_key")?.to_owned(),
            region: reply
                .optional("region")
                .map(|region| region.trim_start_matches("oss-").to_owned()),
        })
    }
}
