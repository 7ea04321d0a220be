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
    talk::Talk,
};

/// How long a call is retried while it fails in ways that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenacity {
    /// As the retry policy says.
    Full,
    /// A few times, and not at all where no connection is made: there is another way.
    Brief,
}

/// How often a call is tried where there is another way.
const BRIEF_TRIES_MAX: u32 = 3;

/// How often one call may get a response that VectCut does not send, such as the page of a proxy.
const ODD_RESPONSES_MAX: u32 = 3;

/// Asks for a ticket.
pub(crate) async fn init(run: &Run<'_>) -> Result<Ticket, UploadError> {
    let (api, len_bytes) = (&run.shared.api, run.source.len_bytes());
    let called = Called {
        step: Step::Init,
        object_key: None,
        tenacity: Tenacity::Full,
    };
    let ticket = call(&run.talk, called, || api.init_upload(run.name, len_bytes)).await?;
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
    talk: &Talk<'_>,
    object_key: &ObjectKey,
    tenacity: Tenacity,
) -> Result<Completed, UploadError> {
    let api = &talk.shared.api;
    let called = Called {
        step: Step::Complete,
        object_key: Some(object_key),
        tenacity,
    };
    call(talk, called, || api.complete_upload(object_key.as_str())).await
}

/// What a call is for, for its error.
#[derive(Clone, Copy)]
struct Called<'a> {
    step: Step,
    object_key: Option<&'a ObjectKey>,
    tenacity: Tenacity,
}

async fn call<T, F: Future<Output = Result<T, ApiError>>>(
    talk: &Talk<'_>,
    called: Called<'_>,
    send: impl Fn() -> F,
) -> Result<T, UploadError> {
    let mut tries = Tries::default();
    let response = loop {
        match send().await {
            Ok(response) => break response,
            Err(error) => recover(talk, error, called, &mut tries).await?,
        }
    };
    talk.succeeded();
    talk.shared.backend.set_succeeded();
    Ok(response)
}

async fn recover(
    talk: &Talk<'_>,
    error: ApiError,
    called: Called<'_>,
    tries: &mut Tries,
) -> Result<(), UploadError> {
    let transport = match &error {
        ApiError::Transport { source, .. } => Some(source.kind()),
        _ => None,
    };
    if transport.is_none() {
        talk.shared.backend.set_responded();
    }
    let is_odd = matches!(
        error,
        ApiError::NotJson { .. } | ApiError::MissingField { .. }
    );
    tries.odd += u32::from(is_odd);
    let is_unconnected = matches!(
        transport,
        Some(TransportKind::Resolve | TransportKind::Connect)
    );
    let is_worth_it = match called.tenacity {
        Tenacity::Full => true,
        Tenacity::Brief => !is_unconnected && tries.failures + 1 < BRIEF_TRIES_MAX,
    };
    let may_pass = error.is_transient() || is_odd && tries.odd < ODD_RESPONSES_MAX;
    let failed = Failed {
        reason: in_one_line(&error),
        wish: error.retry_after(),
        server: &talk.shared.backend,
        is_unconnected,
        step: called.step,
    };
    let failure = || UploadError::Api {
        step: called.step,
        object_key: called.object_key.cloned(),
        source: error,
    };
    if may_pass && is_worth_it {
        back_off(talk, tries, failed, failure).await
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
pub(crate) async fn probe(talk: &Talk<'_>, url: &SignedUrl) -> Result<Probe, ProbeError> {
    let mut probes = 0;
    loop {
        let error = match talk.shared.api.probe(url).await {
            Ok(probe) => return Ok(probe),
            Err(error) => error,
        };
        probes += 1;
        if !error.is_transient() || probes == PROBES_MAX {
            return Err(error);
        }
        let delay = talk.shared.retry.base * 2_u32.pow(probes);
        talk.tell(Event::Retrying {
            reason: in_one_line(&error),
            delay,
            step: Step::Complete,
            is_unreachable: false,
            gives_up_in: None,
        });
        tokio::time::sleep(delay).await;
    }
}
