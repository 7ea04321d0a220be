//! The walk of one file: check, init, put, compare, complete. Read `Uploader::upload` aloud.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use oss_client::{
    BucketName, Crc64, Credentials, ErrorReply, ObjectKey, PUT_MAX_BYTES, Patience, PutObject,
    Signature, Signing, StoredObject,
};
use vectcut_api::{SignedUrl, StsCredentials};

use crate::{
    Event, Outcome, Published, SourceAction, Step, UploadError, clock, content_type,
    file_body::FileBody, source::SourceFile,
};

/// What to upload, and under which name.
#[derive(Debug, Clone)]
pub struct Upload {
    path: PathBuf,
    name: Option<String>,
    content_type: Option<String>,
}

impl Upload {
    /// Uploads the file at `path` under its own name.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            name: None,
            content_type: None,
        }
    }

    /// Tells the backend another file name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the media type instead of taking it from the name.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    fn file_name(&self) -> Result<&str, UploadError> {
        match &self.name {
            Some(name) => Ok(name),
            None => {
                let name = self.path.file_name().unwrap_or(self.path.as_os_str());
                name.to_str().ok_or_else(|| UploadError::NameNotUtf8 {
                    path: self.path.clone(),
                })
            }
        }
    }

    fn media_type(&self, file_name: &str) -> Result<String, UploadError> {
        let content_type = self
            .content_type
            .clone()
            .unwrap_or_else(|| content_type::of(file_name));
        let well_formed = content_type.contains('/')
            && content_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if well_formed {
            Ok(content_type)
        } else {
            Err(UploadError::ContentType { content_type })
        }
    }
}

/// Which signature the requests to OSS carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SignatureChoice {
    /// V1 until OSS says that it takes V1 no longer, V4 from then on for that bucket.
    #[default]
    Auto,
    /// V1 only.
    V1,
    /// V4 only.
    V4,
}

/// Uploads files with one pair of clients.
#[derive(Debug)]
pub struct Uploader {
    api: vectcut_api::Client,
    oss: oss_client::Client,
    signature: SignatureChoice,
    region: Option<String>,
    /// Buckets that have refused V1 in this run.
    v4_buckets: Mutex<HashSet<BucketName>>,
}

/// A ticket whose names OSS would accept.
struct Place {
    bucket: BucketName,
    object_key: ObjectKey,
    credentials: StsCredentials,
    region: Option<String>,
}

impl Uploader {
    /// Returns an uploader that asks `api` for tickets and sends to `oss`.
    pub fn new(api: vectcut_api::Client, oss: oss_client::Client) -> Self {
        Self {
            api,
            oss,
            signature: SignatureChoice::Auto,
            region: None,
            v4_buckets: Mutex::default(),
        }
    }

    /// Chooses the signature; [`SignatureChoice::Auto`] unless chosen.
    #[must_use]
    pub fn signature(mut self, choice: SignatureChoice) -> Self {
        self.signature = choice;
        self
    }

    /// Sets the region for V4, such as `cn-hangzhou`, instead of reading it from the endpoint.
    #[must_use]
    pub fn region(mut self, region: Option<String>) -> Self {
        self.region = region;
        self
    }

    /// Uploads one file and returns its public URL and what is known of the object.
    ///
    /// `on_event` is called from within this future, so it should not wait.
    ///
    /// # Errors
    ///
    /// [`UploadError::step`] says how far it came; each variant says what is left on the servers.
    ///
    /// # Cancellation
    ///
    /// Dropping the future stops at once. Until OSS has the last byte nothing is stored; after that the object is
    /// stored without a URL, and the next upload of the file gets another object key.
    pub async fn upload(
        &self,
        upload: &Upload,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Published, UploadError> {
        let begun = clock::monotonic();

        on_event(Event::Step(Step::Read));
        let file_name = upload.file_name()?;
        let content_type = upload.media_type(file_name)?;
        let source = SourceFile::open(&upload.path).await?;
        let len_bytes = source.len_bytes();
        if len_bytes > PUT_MAX_BYTES {
            return Err(UploadError::TooLarge {
                path: upload.path.clone(),
                len_bytes,
                max_bytes: PUT_MAX_BYTES,
            });
        }

        on_event(Event::Step(Step::Init));
        let place = self.init(file_name, len_bytes).await?;

        on_event(Event::Step(Step::Put));
        let (stored, attempts) = self
            .put(&source, &upload.path, &place, &content_type, on_event)
            .await?;
        let crc64 = same_crc64(&stored, &place.object_key)?;
        source.check_unchanged().await?;
        on_event(Event::Stored);

        on_event(Event::Step(Step::Complete));
        let public_signed_url = self.complete(&place.object_key).await?;

        Ok(Published {
            bucket: place.bucket.as_str().to_owned(),
            object_key: place.object_key.as_str().to_owned(),
            len_bytes,
            content_type,
            crc64,
            etag: stored.etag,
            public_signed_url,
            outcome: Outcome::Uploaded,
            attempts,
            elapsed: begun.elapsed(),
        })
    }

    async fn init(&self, file_name: &str, len_bytes: u64) -> Result<Place, UploadError> {
        let ticket = self
            .api
            .init_upload(file_name, len_bytes)
            .await
            .map_err(|source| UploadError::Api {
                step: Step::Init,
                object_key: None,
                source,
            })?;
        // The backend chooses the host that the credentials go to; it may only choose a bucket of the endpoint.
        let refuse = |source| UploadError::Ticket { source };
        Ok(Place {
            bucket: BucketName::parse(ticket.bucket).map_err(refuse)?,
            object_key: ObjectKey::parse(ticket.object_key).map_err(refuse)?,
            credentials: ticket.credentials,
            region: ticket.region,
        })
    }

    /// Sends the file, a second time with V4 if that is what OSS asks for; returns how many times it was sent.
    async fn put(
        &self,
        source: &SourceFile,
        path: &Path,
        place: &Place,
        content_type: &str,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(StoredObject, u32), UploadError> {
        let signature = self.signature_for(place)?;
        match self
            .put_once(source, path, place, content_type, signature, on_event)
            .await
        {
            Err(UploadError::Refused { reply, .. })
                if self.signature == SignatureChoice::Auto && is_end_of_v1(&reply) =>
            {
                tracing::info!(bucket = %place.bucket, "OSS no longer takes V1 here, signing with V4");
                on_event(Event::SignatureChanged);
                self.v4_buckets
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(place.bucket.clone());
                let signature = self.signature_for(place)?;
                let stored = self
                    .put_once(source, path, place, content_type, signature, on_event)
                    .await?;
                Ok((stored, 2))
            }
            outcome => Ok((outcome?, 1)),
        }
    }

    async fn put_once(
        &self,
        source: &SourceFile,
        path: &Path,
        place: &Place,
        content_type: &str,
        signature: Signature,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<StoredObject, UploadError> {
        let len_bytes = source.len_bytes();
        let put = PutObject {
            bucket: &place.bucket,
            object_key: &place.object_key,
            content_type,
            len_bytes,
        };
        let signing = Signing {
            credentials: lend(&place.credentials),
            signature,
            time: clock::now(),
        };
        let (body, mut sent) = FileBody::new(source.file(), 0, len_bytes);
        let mut sending =
            std::pin::pin!(
                self.oss
                    .put_object(&put, body, &signing, Patience::default())
            );
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut sending => break outcome,
                Ok(()) = sent.changed() => {
                    on_event(Event::Sending { sent_bytes: *sent.borrow_and_update(), len_bytes });
                }
            }
        };
        outcome.map_err(|error| match error {
            oss_client::Error::Body { source }
                if source.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                UploadError::Changed {
                    path: path.to_owned(),
                }
            }
            oss_client::Error::Body { source } => UploadError::Source {
                path: path.to_owned(),
                action: SourceAction::Read,
                source,
            },
            oss_client::Error::Refused { reply, .. } => UploadError::Refused {
                object_key: place.object_key.clone(),
                reply,
            },
            source => UploadError::Send {
                object_key: place.object_key.clone(),
                source,
            },
        })
    }

    async fn complete(&self, object_key: &ObjectKey) -> Result<SignedUrl, UploadError> {
        self.api
            .complete_upload(object_key.as_str())
            .await
            .map_err(|source| UploadError::Api {
                step: Step::Complete,
                object_key: Some(object_key.clone()),
                source,
            })
    }

    fn signature_for(&self, place: &Place) -> Result<Signature, UploadError> {
        let v4 = match self.signature {
            SignatureChoice::V1 => false,
            SignatureChoice::V4 => true,
            SignatureChoice::Auto => self
                .v4_buckets
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&place.bucket),
        };
        if !v4 {
            return Ok(Signature::V1);
        }
        let region = self
            .region
            .as_deref()
            .or(self.oss.endpoint().region())
            .or(place.region.as_deref());
        let region = region.ok_or(UploadError::RegionUnknown)?.to_owned();
        Ok(Signature::V4 { region })
    }
}

/// The one place where received credentials are lent to the layer that signs.
fn lend(credentials: &StsCredentials) -> Credentials<'_> {
    Credentials::new(
        &credentials.access_key_id,
        credentials.access_key_secret.expose(),
    )
    .security_token(credentials.security_token.expose())
}

/// Returns whether OSS says that it takes V1 no longer.
///
/// The vendor publishes no error code for it, only these two ECs (403); a wrong signature is something else and must not
/// be hidden by another try. Sources: <https://help.aliyun.com/en/oss/user-guide/0002-00000080> and `…/0002-00000034`.
fn is_end_of_v1(reply: &ErrorReply) -> bool {
    reply.status == 403 && matches!(reply.ec.as_deref(), Some("0002-00000080" | "0002-00000034"))
}

fn same_crc64(stored: &StoredObject, object_key: &ObjectKey) -> Result<Crc64, UploadError> {
    match stored.crc64 {
        Some(crc64) if crc64 == stored.sent_crc64 => Ok(crc64),
        Some(crc64) => Err(UploadError::Corrupted {
            object_key: object_key.clone(),
            sent: stored.sent_crc64,
            stored: crc64,
        }),
        None => Err(UploadError::Unverified {
            object_key: object_key.clone(),
        }),
    }
}
