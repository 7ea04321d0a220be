//! What all files of an uploader share: clients, settings, limits, and what is known of the servers.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use oss_client::Patience;

use crate::{
    RetryPolicy, Stop, clock,
    clock::ServerClock,
    limits::{buffers::BufferPool, gate::Gate, pace::Pace},
    policy::{plan::StreamRate, round_trip::RoundTrip, streams::Streams},
    remembered::Remembered,
};

/// A slow connection may accept nothing for the time that it takes to send this much: the kernel accepts bytes in bursts
/// of about this size.
const BURST_BYTES: u64 = 2 * 1024 * 1024;

/// How much may still lie in the kernel's buffers when the last byte was given to it.
const BUFFERED_BYTES: u64 = 8 * 1024 * 1024;

/// Which signature the requests to OSS carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureChoice {
    /// V1, then V4 for a bucket once OSS rejects V1 there.
    #[default]
    Auto,
    /// V1 only.
    V1,
    /// V4 only.
    V4,
}

/// Clients, settings and knowledge of one uploader.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) api: vectcut_api::Client,
    pub(crate) oss: oss_client::Client,
    pub(crate) signature: SignatureChoice,
    pub(crate) region: Option<String>,
    pub(crate) retry: RetryPolicy,
    pub(crate) part_bytes: Option<u64>,
    pub(crate) least_patience: Patience,
    pub(crate) stop: Stop,
    pub(crate) gate: Gate,
    pub(crate) pace: Option<Arc<Pace>>,
    pub(crate) buffers: Arc<BufferPool>,
    pub(crate) clock: ServerClock,
    pub(crate) remembered: Remembered,
    pub(crate) backend: Reach,
    pub(crate) bucket: Reach,
}

/// Whether a server has ever responded, and when a request last succeeded there.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    has_responded: AtomicBool,
    last_success: Mutex<Option<Instant>>,
}

impl Reach {
    pub(crate) fn set_responded(&self) {
        self.has_responded.store(true, Relaxed);
    }

    pub(crate) fn has_responded(&self) -> bool {
        self.has_responded.load(Relaxed)
    }

    pub(crate) fn set_succeeded(&self) {
        self.set_responded();
        *self
            .last_success
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(clock::monotonic());
    }

    /// Returns whether a request succeeded within the last `time`.
    pub(crate) fn has_succeeded_within(&self, time: Duration) -> bool {
        let last_success = *self
            .last_success
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last_success.is_some_and(|moment| clock::since(moment) < time)
    }
}

impl Shared {
    pub(crate) fn new(api: vectcut_api::Client, oss: oss_client::Client) -> Self {
        let server = oss.endpoint().server();
        let remembered = Remembered::new(server.to_string());
        let round_trip = RoundTrip::new(server.as_url().scheme() == "https");
        Self {
            api,
            oss,
            signature: SignatureChoice::Auto,
            region: None,
            retry: RetryPolicy::default(),
            part_bytes: None,
            least_patience: Patience::default()
                .stalled(Duration::from_secs(20))
                .response(Duration::from_secs(60)),
            stop: Stop::new(),
            gate: Gate::new(Streams::new(None), round_trip),
            pace: None,
            buffers: Arc::default(),
            clock: ServerClock::default(),
            remembered,
            backend: Reach::default(),
            bucket: Reach::default(),
        }
    }

    /// Returns how long a connection of this rate may stand still. An unmeasured one gets three times the minimum.
    pub(crate) fn patience_for(&self, rate: StreamRate) -> Patience {
        let least = self.least_patience;
        match rate.bytes_per_second {
            0 => least
                .stalled(least.stalled.saturating_mul(3))
                .response(least.response.saturating_mul(3)),
            rate => {
                let lasting = |bytes: u64| Duration::from_secs_f64(bytes as f64 / rate as f64);
                least
                    .stalled(least.stalled.max(lasting(BURST_BYTES)))
                    .response(least.response.max(lasting(BUFFERED_BYTES)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use oss_client::Endpoint;
    use strict_http::{Options, ServerUrl};
    use vectcut_api::ApiKey;

    use super::*;

    #[test]
    fn a_patience_without_an_end_has_none_for_any_connection() {
        let http = strict_http::client(&Options::for_servers([])).expect("a client");
        let base_url = ServerUrl::parse("https://vectcut.example").expect("a URL");
        let key = ApiKey::parse("key").expect("a key");
        let endpoint = Endpoint::parse("oss.example").expect("an endpoint");
        let mut shared = Shared::new(
            vectcut_api::Client::new(http.clone(), base_url, key),
            oss_client::Client::new(http, endpoint),
        );
        shared.least_patience = Patience::default()
            .stalled(Duration::MAX)
            .response(Duration::MAX);
        for bytes_per_second in [0, 1, u64::MAX] {
            let rate = StreamRate {
                bytes_per_second,
                ..StreamRate::default()
            };
            assert_eq!(shared.patience_for(rate), shared.least_patience);
        }
    }
}
