//! The two calls of the backend, tried again where that may help.

use oss_client::{BucketName, ObjectKey};
use vectcut_api::{ApiError, SignedUrl};

use crate::{
    Step, UploadError,
    access::{Place, Ticket, in_one_line},
    run::{Run, Tries},
};

/// Asks for a ticket.
pub(crate) async fn init(run: &Run<'_>) -> Result<Ticket, UploadError> {
    let mut tries = Tries::default();
    let ticket = loop {
        match run
            .uploader
            .api
            .init_upload(&run.header.name, run.source.len_bytes())
            .await
        {
            Ok(ticket) => break ticket,
            Err(error) => again(run, error, &mut tries, Step::Init, None).await?,
        }
    };
    run.moved();
    // The backend chooses the host that the credentials go to; it may only choose a bucket of the endpoint.
    let refuse = |source| UploadError::Ticket { source };
    let place = Place {
        bucket: BucketName::parse(ticket.bucket).map_err(refuse)?,
        object_key: ObjectKey::parse(ticket.object_key).map_err(refuse)?,
        region: ticket.region,
    };
    run.uploader.remembered.set_last_bucket(&place.bucket);
    Ok(Ticket {
        place,
        credentials: ticket.credentials,
    })
}

/// Says that the object is stored, and gets its URL.
///
/// *Assumed*: complete may be called again for the same object key (docs/protocol.md, "complete"). If it may not, a lost
/// answer ends in the backend's refusal, and the error carries the object key.
pub(crate) async fn complete(
    run: &Run<'_>,
    object_key: &ObjectKey,
) -> Result<SignedUrl, UploadError> {
    let mut tries = Tries::default();
    loop {
        match run.uploader.api.complete_upload(object_key.as_str()).await {
            Ok(completed) => return Ok(completed.url),
            Err(error) => again(run, error, &mut tries, Step::Complete, Some(object_key)).await?,
        }
    }
}

async fn again(
    run: &Run<'_>,
    error: ApiError,
    tries: &mut Tries,
    step: Step,
    object_key: Option<&ObjectKey>,
) -> Result<(), UploadError> {
    if error.is_transient()
        && run
            .back_off(tries, in_one_line(&error), error.retry_after())
            .await
    {
        return Ok(());
    }
    Err(UploadError::Api {
        step,
        object_key: object_key.cloned(),
        source: error,
    })
}
