//! The two calls of the backend, retried where that may help.

use oss_client::{BucketName, ObjectKey};
use strict_http::TransportKind;
use vectcut_api::{ApiError, Completed, Probe, ProbeError, SignedUrl};

use super::retrying::{Failed, Tries, back_off};
use crate::{
    Event, Step, UploadError,
    error::in_one_line,
    run::Run,
    stage::{Origin, Place, Ticket},
};

/// How often one call may get a response that VectCut does not send, such as the page of a proxy.
const ODD_RESPONSES_MAX: u32 = 3;

/// Asks for a ticket.
pub(crate) async fn init(run: &Run<'_>) -> Result<Ticket, UploadError> {
    let (api, len_bytes) = (&run.shared.api, run.source.len_bytes());
    let ticket = call(run, Step::Init, None, || {
        api.init_upload(run.name, len_bytes)
    })
    .await?;
    // The backend chooses the host that the credentials go to. It may only choose a bucket of the endpoint.
    let refuse = |source| UploadError::Ticket { source };
    let place = Place {
        bucket: BucketName::parse(ticket.bucket).map_err(refuse)?,
        object_key: ObjectKey::parse(ticket.object_key).map_err(refuse)?,
        region: ticket.region,
    };
    run.shared.remembered.set_last_bucket(&place.bucket);
    Ok(Ticket {
        place,
        credentials: ticket.credentials,
        origin: Origin::Backend,
    })
}

/// Reports that the object is stored, and gets its URL.
///
/// The backend may be asked again for the same object key (assumption A6). If it may not, a lost response ends in a
/// refusal, and the error carries the object key.
pub(crate) async fn complete(
    run: &Run<'_>,
    object_key: &ObjectKey,
) -> Result<Completed, UploadError> {
    let api = &run.shared.api;
    call(run, Step::Complete, Some(object_key), || {
        api.complete_upload(object_key.as_str())
    })
    .await
}

async fn call<T, F: Future<Output = Result<T, ApiError>>>(
    run: &Run<'_>,
    step: Step,
    object_key: Option<&ObjectKey>,
    send: impl Fn() -> F,
) -> Result<T, UploadError> {
    let mut tries = Tries::default();
    let response = loop {
        match send().await {
            Ok(response) => break response,
            Err(error) => recover(run, error, step, object_key, &mut tries).await?,
        }
    };
    run.succeeded();
    run.shared.backend.set_succeeded();
    Ok(response)
}

async fn recover(
    run: &Run<'_>,
    error: ApiError,
    step: Step,
    object_key: Option<&ObjectKey>,
    tries: &mut Tries,
) -> Result<(), UploadError> {
    let transport = match &error {
        ApiError::Transport { source, .. } => Some(source.kind()),
        _ => None,
    };
    if transport.is_none() {
        run.shared.backend.set_responded();
    }
    let is_odd = matches!(
        error,
        ApiError::NotJson { .. } | ApiError::MissingField { .. }
    );
    tries.odd += u32::from(is_odd);
    let may_pass = error.is_transient() || is_odd && tries.odd < ODD_RESPONSES_MAX;
    let failed = Failed {
        reason: in_one_line(&error),
        wish: error.retry_after(),
        server: &run.shared.backend,
        is_unconnected: matches!(
            transport,
            Some(TransportKind::Resolve | TransportKind::Connect)
        ),
    };
    let failure = || UploadError::Api {
        step,
        object_key: object_key.cloned(),
        source: error,
    };
    if may_pass {
        back_off(run, tries, failed, failure).await
    } else {
        Err(failure())
    }
}

/// How often a URL is looked at before it proves nothing.
const PROBES_MAX: u32 = 3;

/// Reads the first byte of an object through its URL.
///
/// # Errors
///
/// Fails with what the URL's host responded, after a few retries where that may help.
pub(crate) async fn probe(run: &Run<'_>, url: &SignedUrl) -> Result<Probe, ProbeError> {
    let mut probes = 0;
    loop {
        let error = match run.shared.api.probe(url).await {
            Ok(probe) => return Ok(probe),
            Err(error) => error,
        };
        probes += 1;
        if !error.is_transient() || probes == PROBES_MAX {
            return Err(error);
        }
        let delay = run.shared.retry.base * 2_u32.pow(probes);
        run.tell(Event::Retrying {
            reason: in_one_line(&error),
            delay,
        });
        tokio::time::sleep(delay).await;
    }
}
