//! The end of an upload: the backend's URL, and the proof that it shows the bytes of the file.

use std::time::Duration;

use oss_client::{Crc64, ObjectKey};
use vectcut_api::{Completed, ProbeError, SignedUrl};

use crate::{
    Event, Fault, Step, UploadError,
    access::{
        Access, Setback,
        backend::{self, Tenacity},
    },
    journal::Record,
    run::Run,
    sending::{self, Seen},
    stage::{Place, Proof, Stored, Ticket},
    talk::Talk,
};

/// A URL that expires within this time is mentioned.
const EXPIRES_SOON: Duration = Duration::from_secs(5 * 60);

/// Tells the backend that the object is there, and gets its URL.
///
/// # Errors
///
/// [`Setback::Lost`] when the object is gone or is another one; [`Setback::Failed`] otherwise. The object is kept then, and
/// after a refusal for good the credentials are not.
pub(crate) async fn complete(
    run: &Run<'_>,
    place: &Place,
    ticket: Option<&Ticket>,
    stored: &Stored,
) -> Result<SignedUrl, Setback> {
    run.tell(Event::Step(Step::Complete));
    let error = match fresh_url(&run.talk, &place.object_key, Tenacity::Full).await {
        Ok(Fresh { url, .. }) => {
            prove(run, place, stored, &url).await?;
            return Ok(url);
        }
        // Nothing shows that the object is whole, so nobody is told its key.
        Err(error) if stored.proof == Proof::Url => error.without_object(),
        Err(error) => error,
    };
    // The object may be gone. It is sent again if OSS says so, or if no checksum ever proved it and OSS does not show it:
    // otherwise every run would ask for the URL of nothing.
    if error.fault() == Fault::Refused
        && let Some(ticket) = ticket
    {
        match sending::look(&Access::new(run, ticket, true)).await {
            Ok(Seen::Gone) => return Err(Setback::Lost(error)),
            Ok(Seen::Unknown) if stored.proof == Proof::Url => return Err(Setback::Lost(error)),
            _ => {}
        }
    }
    if !error.is_retryable() {
        run.finish(Record::unpublished(place, stored));
    }
    Err(Setback::Failed(error))
}

/// Uses the URL of an earlier run if it still shows the object, else asks for a new one.
///
/// # Errors
///
/// As [`complete`].
pub(crate) async fn renew(
    run: &Run<'_>,
    place: &Place,
    stored: &Stored,
    url: SignedUrl,
) -> Result<SignedUrl, Setback> {
    run.tell(Event::Step(Step::Complete));
    let has_expired = url
        .expires_at()
        .is_some_and(|end| end <= run.shared.clock.now());
    if !has_expired {
        match prove(run, place, stored, &url).await {
            Ok(()) => return Ok(url),
            Err(Setback::Lost(error)) => return Err(Setback::Lost(error)),
            Err(_) => {}
        }
    }
    let Fresh { url, .. } = fresh_url(&run.talk, &place.object_key, Tenacity::Full)
        .await
        .map_err(Setback::Failed)?;
    prove(run, place, stored, &url).await?;
    Ok(url)
}

/// A URL that the backend gave just now.
pub(crate) struct Fresh {
    pub(crate) url: SignedUrl,
    /// How long it is good for by the backend's clock, if it says so.
    pub(crate) left: Option<Duration>,
}

/// Asks the backend for a URL, and once more if that one has expired already.
pub(crate) async fn fresh_url(
    talk: &Talk<'_>,
    object_key: &ObjectKey,
    tenacity: Tenacity,
) -> Result<Fresh, UploadError> {
    for _ in 0..2 {
        let Completed {
            url, server_time, ..
        } = backend::complete(talk, object_key, tenacity).await?;
        let now = server_time.unwrap_or_else(|| talk.shared.clock.now());
        let Some(expires_at) = url.expires_at() else {
            return Ok(Fresh { url, left: None });
        };
        if let Ok(left) = expires_at.duration_since(now)
            && !left.is_zero()
        {
            if left < EXPIRES_SOON {
                talk.tell(Event::UrlExpiresSoon { left });
            }
            let left = Some(left);
            return Ok(Fresh { url, left });
        }
    }
    Err(UploadError::UrlExpired {
        object_key: object_key.clone(),
    })
}

/// Makes sure that OSS has the bytes of the file. The URL shows it where no checksum of OSS does.
///
/// A host of the backend's own may not report a checksum (assumption A15). Then the length must do: each part was proven
/// when it was sent.
async fn prove(
    run: &Run<'_>,
    place: &Place,
    stored: &Stored,
    url: &SignedUrl,
) -> Result<(), Setback> {
    if stored.proof == Proof::Crc64 {
        return Ok(());
    }
    let object_key = place.object_key.clone();
    let probe = match backend::probe(&run.talk, url).await {
        Ok(probe) => probe,
        Err(source) => {
            let is_gone = matches!(source, ProbeError::NotThere);
            let source = Some(source);
            let unproven = UploadError::Unproven { object_key, source };
            return Err(match is_gone {
                true => Setback::Lost(unproven),
                false => Setback::Failed(unproven),
            });
        }
    };
    let sent = stored.crc64;
    match (probe.len_bytes, probe.crc64) {
        (_, Some(crc64)) if crc64 != sent.value() => Err(Setback::Lost(UploadError::Corrupted {
            object_key,
            sent,
            stored: Crc64::new(crc64),
        })),
        (Some(len_bytes), _) if len_bytes == run.source.len_bytes() => Ok(()),
        (None, Some(_)) => Ok(()),
        (Some(_), _) => Err(Setback::Lost(UploadError::Unverified { object_key })),
        (None, None) => {
            let source = None;
            Err(Setback::Failed(UploadError::Unproven {
                object_key,
                source,
            }))
        }
    }
}
