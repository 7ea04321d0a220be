//! What every test stands on: a sandbox, an uploader with short time-outs, and a file.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use oss_client::{Endpoint, Patience};
use strict_http::{Options, ServerUrl};
use vectcut_api::ApiKey;
use vectcut_sandbox::{Arrival, Builder, Link, Sandbox, Step};
use vectcut_upload::{
    Event, Published, RetryPolicy, Stop, StopReason, Upload, UploadError, Uploader,
};

pub(crate) const KIB: usize = 1024;
pub(crate) const MIB: usize = 1024 * KIB;

/// Small enough for one PUT.
pub(crate) const SMALL: usize = 100 * KIB;

/// Large enough for parts.
pub(crate) const LARGE: usize = 5 * MIB;

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    folder: tempfile::TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
}

/// What one upload told and ended with.
pub(crate) struct Outcome {
    pub(crate) result: Result<Published, UploadError>,
    pub(crate) events: Vec<Event>,
}

impl Bench {
    pub(crate) async fn new(len_bytes: usize, sandbox: Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.mp4");
        let bytes = noise(len_bytes);
        std::fs::write(&path, &bytes).unwrap();
        Self {
            sandbox: sandbox.start().await.unwrap(),
            folder,
            path,
            bytes,
        }
    }

    /// Ends the sandbox and starts another one.
    pub(crate) async fn restart(&mut self, sandbox: Builder) {
        let ended = std::mem::replace(&mut self.sandbox, Sandbox::builder().start().await.unwrap());
        ended.shutdown().await;
        self.sandbox = sandbox.start().await.unwrap();
    }

    pub(crate) fn uploader(&self) -> Uploader {
        let settings = self.sandbox.settings();
        self.uploader_with(
            &settings.base_url,
            &settings.oss_endpoint,
            &settings.api_key,
        )
    }

    /// The same without a ledger: an upload that succeeded is sent again.
    pub(crate) fn forgetful_uploader(&self) -> Uploader {
        self.uploader().ledger(false)
    }

    /// The same for other servers, or another account.
    pub(crate) fn uploader_with(&self, base_url: &str, endpoint: &str, api_key: &str) -> Uploader {
        let ca_cert = self.sandbox.settings().ca_cert.clone();
        uploader(base_url, endpoint, api_key, ca_cert, self.state_dir())
    }

    pub(crate) fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Writes another file in the place of the first.
    pub(crate) fn rewrite(&mut self, len_bytes: usize) {
        self.bytes = noise(len_bytes);
        self.bytes.reverse();
        std::fs::write(&self.path, &self.bytes).unwrap();
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Expects these bytes from now on, which the test has written itself.
    pub(crate) fn expect(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
    }

    pub(crate) async fn upload(&self) -> Outcome {
        self.upload_with(&self.uploader()).await
    }

    pub(crate) async fn upload_with(&self, uploader: &Uploader) -> Outcome {
        let mut events = Vec::new();
        let result = uploader
            .upload(&Upload::new(&self.path), &mut |event| events.push(event))
            .await;
        Outcome { result, events }
    }

    /// Asserts that what a result names is stored byte for byte, and that no journal is left.
    #[track_caller]
    pub(crate) fn assert_stored(&self, published: &Published) {
        let object = self
            .sandbox
            .object(&published.bucket, &published.object_key)
            .expect("the object is there");
        assert!(
            std::fs::read(&object.path).unwrap() == self.bytes,
            "the sandbox has other bytes"
        );
        assert_eq!(object.crc64, published.crc64.value());
        assert_eq!(self.journals(), 0, "a journal was left behind");
    }

    /// Asserts that nothing was completed, so that no URL exists.
    #[track_caller]
    pub(crate) fn assert_not_completed(&self) {
        assert_eq!(
            self.arrivals(Step::Complete).len(),
            0,
            "complete was called"
        );
    }

    pub(crate) fn arrivals(&self, step: Step) -> Vec<Arrival> {
        self.sandbox
            .journal()
            .into_iter()
            .filter(|arrival| arrival.step == step)
            .collect()
    }

    /// The text of the only journal.
    #[track_caller]
    pub(crate) fn journal(&self) -> String {
        std::fs::read_to_string(self.journal_path()).unwrap()
    }

    /// The path of the only journal.
    #[track_caller]
    pub(crate) fn journal_path(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.state_dir().join("uploads")).unwrap();
        let path = entries.next().expect("a journal").unwrap().path();
        assert!(entries.next().is_none(), "a second journal");
        path
    }

    pub(crate) fn journals(&self) -> usize {
        std::fs::read_dir(self.state_dir().join("uploads")).map_or(0, Iterator::count)
    }

    /// Waits until something is so, for at most ten seconds.
    pub(crate) async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !so(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .unwrap_or_else(|_| panic!("never: {what}"));
    }
}

/// An uploader that gives up within a second and takes half a second without a byte for a stall.
pub(crate) fn uploader(
    base_url: &str,
    endpoint: &str,
    api_key: &str,
    ca_cert: Option<PathBuf>,
    state_dir: PathBuf,
) -> Uploader {
    let server = ServerUrl::parse(base_url).unwrap();
    let endpoint = Endpoint::parse(endpoint).unwrap();
    let mut options = Options::for_servers([&server, endpoint.server()]);
    if let Some(ca_cert) = ca_cert {
        options = options.extra_ca(ca_cert);
    }
    let http = strict_http::client(&options).unwrap();
    let api_key = ApiKey::parse(api_key.to_owned()).unwrap();
    Uploader::new(
        vectcut_api::Client::new(http.clone(), server, api_key),
        oss_client::Client::new(http, endpoint),
    )
    .region(Some("cn-hangzhou".into()))
    .state_dir(state_dir)
    .retry(
        RetryPolicy::default()
            .base(Duration::from_millis(5))
            .cap(Duration::from_millis(50))
            .give_up_after(Duration::from_secs(1))
            .unreachable_after(Duration::from_secs(1)),
    )
    .patience(
        Patience::default()
            .stalled(Duration::from_millis(400))
            .response(Duration::from_millis(700)),
    )
}

impl Outcome {
    #[track_caller]
    pub(crate) fn published(self) -> Published {
        self.result
            .unwrap_or_else(|error| panic!("{error:?}\n{:#?}", self.events))
    }

    #[track_caller]
    pub(crate) fn error(self) -> UploadError {
        match self.result {
            Ok(published) => panic!("published {published:?}\n{:#?}", self.events),
            Err(error) => error,
        }
    }

    pub(crate) fn told(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.events.iter().any(wanted)
    }
}

/// A line on which `LARGE` takes about half a second.
pub(crate) fn slow() -> Builder {
    Sandbox::builder()
        .strict()
        .link(Link::default().total_rate(10 * MIB as u64))
        .receive_buffer_bytes(64 * KIB)
}

/// Sends until the uploader knows that OSS has acknowledged so many parts, then stops; returns how many bytes are safe.
pub(crate) async fn stopped_midway(bench: &Bench, stop_after_parts: usize) -> u64 {
    let stop = Stop::new();
    let part_bytes = 256 * KIB as u64;
    let uploader = bench.uploader().part_size(part_bytes).stop_on(stop.clone());
    let upload = Upload::new(bench.path());
    // The sandbox's journal has a part before its response arrives.
    let (resumed_bytes, safe_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut listen = |event| match event {
        Event::Resuming { safe_bytes, .. } => resumed_bytes.store(safe_bytes, Relaxed),
        Event::Progress {
            safe_bytes: now, ..
        } => safe_bytes.store(now, Relaxed),
        _ => {}
    };
    let (result, ()) = tokio::join!(uploader.upload(&upload, &mut listen), async {
        bench
            .until("parts are acknowledged", |_| {
                let new_bytes = safe_bytes
                    .load(Relaxed)
                    .saturating_sub(resumed_bytes.load(Relaxed));
                new_bytes >= stop_after_parts as u64 * part_bytes
            })
            .await;
        stop.request(StopReason::BudgetEnded);
    });
    match result {
        Err(UploadError::Stopped {
            reason: StopReason::BudgetEnded,
            progress,
            ..
        }) => progress.safe_bytes,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn acknowledged(bench: &Bench) -> Vec<u16> {
    let parts = bench.arrivals(Step::UploadPart).into_iter();
    parts
        .filter(|part| part.status == Some(200))
        .filter_map(|part| part.part_number)
        .collect()
}

/// Bytes that no range of the same file repeats.
pub(crate) fn noise(len_bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(len_bytes + 8);
    while bytes.len() < len_bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len_bytes);
    bytes
}
