//! Requests to OSS for one object: each attempt is signed anew, with the credentials, clock and signature of now.

use std::time::SystemTime;

use oss_client::{Credentials, Error, MultipartUpload, NewObject, Signature, Signing, UploadId};
use vectcut_api::StsCredentials;

use super::{
    credentials::{Held, Lent},
    retrying::Tries,
};
use crate::{
    SourceAction, UploadError,
    journal::{KeptCredentials, Record},
    run::Run,
    shared::SignatureChoice,
    stage::{Origin, Place, Ticket},
};

/// The access to one object.
pub(crate) struct Access<'r, 'a> {
    pub(crate) run: &'r Run<'a>,
    pub(crate) place: Place,
    pub(super) held: Held,
    /// Locked while new credentials are asked for, so that all requests share them.
    pub(super) renewing: tokio::sync::Mutex<()>,
}

/// One attempt at a request: what it is signed with.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(super) lent: Lent,
    pub(super) signature: Signature,
    time: SystemTime,
}

impl Attempt {
    /// Lends what was received to the layer that signs. This is the only place that does.
    pub(crate) fn signing(&self) -> Signing<'_> {
        let StsCredentials {
            access_key_id,
            access_key_secret,
            security_token,
            ..
        } = &*self.lent.credentials;
        let credentials = Credentials::new(access_key_id, access_key_secret.expose())
            .security_token(security_token.expose());
        Signing::new(credentials, self.signature.clone(), self.time)
    }
}

/// Why a step cannot go on as it was.
#[derive(Debug)]
pub(crate) enum Setback {
    /// The upload has failed.
    Failed(UploadError),
    /// The policy of the credentials does not allow the request.
    Denied(UploadError),
    /// OSS no longer has what was sent, or has something else: it must be sent again.
    Lost(UploadError),
    /// The new credentials work for another place only, and what was sent to this one is lost.
    Moved(Box<Ticket>),
    /// The new credentials are for another place, and nothing was sent to this one.
    Replaced(Box<Ticket>),
    /// The connection failed as often as the request allows.
    Cut,
}

impl<'r, 'a> Access<'r, 'a> {
    /// Begins with a ticket. `is_place_worth_keeping` tells whether something was sent to its place already.
    pub(crate) fn new(run: &'r Run<'a>, ticket: &Ticket, is_place_worth_keeping: bool) -> Self {
        Self {
            run,
            place: ticket.place.clone(),
            held: Held::new(ticket, is_place_worth_keeping),
            renewing: tokio::sync::Mutex::default(),
        }
    }

    /// Returns the place with the credentials of now.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket {
            place: self.place.clone(),
            credentials: (*self.held.lend().credentials).clone(),
            origin: Origin::Backend,
        }
    }

    /// From now on something at this place would be lost by moving to another.
    pub(crate) fn keep_place(&self) {
        self.held.keep_place();
    }

    /// Returns the object to store.
    pub(crate) fn object(&self) -> NewObject<'_> {
        NewObject::new(&self.place.bucket, &self.place.object_key)
            .content_type(self.run.content_type)
    }

    /// Returns the multipart upload of this ID.
    pub(crate) fn multipart<'s>(&'s self, upload_id: &'s UploadId) -> MultipartUpload<'s> {
        MultipartUpload::new(&self.place.bucket, &self.place.object_key, upload_id)
    }

    /// Sends a request until it succeeds, or until a setback. Every attempt is signed anew.
    ///
    /// # Cancellation
    ///
    /// As the request that `send` makes.
    pub(crate) async fn request<T, F: Future<Output = Result<T, Error>>>(
        &self,
        send: impl Fn(Attempt) -> F,
    ) -> Result<T, Setback> {
        self.request_with(
            u32::MAX,
            || std::future::ready(()),
            |(), attempt| send(attempt),
        )
        .await
    }

    /// As [`request`](Self::request). `prepare` is awaited before each attempt is signed: what it waits for may take
    /// long. After `cuts_max` failures of the connection it ends with [`Setback::Cut`].
    ///
    /// Both are closures that return a future, not asynchronous closures: with those the compiler cannot tell that the
    /// future of an upload is `Send`.
    pub(crate) async fn request_with<P, T, G, F>(
        &self,
        cuts_max: u32,
        mut prepare: impl FnMut() -> G,
        send: impl Fn(P, Attempt) -> F,
    ) -> Result<T, Setback>
    where
        G: Future<Output = P>,
        F: Future<Output = Result<T, Error>>,
    {
        let mut tries = Tries::default();
        loop {
            let prepared = prepare().await;
            let attempt = self.attempt().map_err(Setback::Failed)?;
            match send(prepared, attempt.clone()).await {
                Ok(success) => {
                    self.accepted(&attempt);
                    return Ok(success);
                }
                Err(error) => self.recover(error, &attempt, &mut tries, cuts_max).await?,
            }
        }
    }

    /// Drops a multipart upload that is given up, so that OSS need not store its parts. Whether that is allowed is not
    /// known (assumption A4), so a failure is ignored.
    pub(crate) async fn abort(&self, upload_id: &UploadId) {
        if let Ok(attempt) = self.attempt() {
            let multipart = self.multipart(upload_id);
            let signing = attempt.signing();
            let abort = self
                .run
                .shared
                .oss
                .abort_multipart_upload(&multipart, &signing);
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), abort).await;
        }
    }

    /// Returns what to sign a request with that is sent now.
    fn attempt(&self) -> Result<Attempt, UploadError> {
        Ok(Attempt {
            lent: self.held.lend(),
            signature: self.signature()?,
            time: self.run.shared.clock.now(),
        })
    }

    fn signature(&self) -> Result<Signature, UploadError> {
        let shared = self.run.shared;
        let is_v4 = match shared.signature {
            SignatureChoice::V1 => false,
            SignatureChoice::V4 => true,
            SignatureChoice::Auto => shared.remembered.wants_v4(&self.place.bucket),
        };
        if !is_v4 {
            return Ok(Signature::V1);
        }
        let region = shared
            .region
            .as_deref()
            .or(shared.oss.endpoint().region())
            .or(self.place.region.as_deref())
            .ok_or(UploadError::RegionUnknown)?;
        Ok(Signature::V4 {
            region: region.to_owned(),
        })
    }

    /// OSS accepted a request, so its credentials work for this place.
    fn accepted(&self, attempt: &Attempt) {
        self.run.succeeded();
        self.run.shared.bucket.set_succeeded();
        if let Some(credentials) = self.held.accepted(attempt.lent.generation) {
            self.keep(&credentials);
        }
    }

    pub(super) fn keep(&self, credentials: &StsCredentials) {
        self.run
            .keep(Record::Credentials(KeptCredentials::from(credentials)));
    }

    /// Returns a failure of OSS as the failure of this upload.
    pub(crate) fn failure(&self, error: Error) -> UploadError {
        let path = || self.run.source.path().to_owned();
        let object_key = || self.place.object_key.clone();
        match error {
            Error::Body { source } if source.kind() == std::io::ErrorKind::UnexpectedEof => {
                UploadError::Changed { path: path() }
            }
            Error::Body { source } => UploadError::Source {
                path: path(),
                action: SourceAction::Read,
                source,
            },
            Error::Refused { reply, .. } => UploadError::Refused {
                object_key: object_key(),
                reply,
            },
            source => UploadError::Send {
                object_key: object_key(),
                source,
            },
        }
    }
}
