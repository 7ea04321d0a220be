//! What one run learns of a bucket and the next can use: its name, whether it accepts V4 only, and how fast the network is.
//!
//! Nothing here is needed and nothing is secret. What cannot be read is forgotten.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use oss_client::BucketName;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::{
    blocking::blocking,
    policy::known::{COUNTS_FOR, KnownNetwork},
    state_dir::StateDir,
};

/// The file in the state directory.
const FILE: &str = "buckets.json";

/// The bucket of the last upload, and the ones that refused V1, for each endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    last_bucket: Option<String>,
    v4_buckets: Vec<String>,
    network: Option<Seen>,
}

/// The network as it was at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    bytes_per_second: u64,
    round_trip_us: u64,
    /// Seconds since 1970.
    at: u64,
}

impl Seen {
    fn network(&self) -> KnownNetwork {
        KnownNetwork {
            bytes_per_second: self.bytes_per_second,
            round_trip: Duration::from_micros(self.round_trip_us),
        }
    }

    /// A clock that was set back makes it new, which does little harm.
    fn age(&self, now: SystemTime) -> Duration {
        seconds(now).saturating_sub(Duration::from_secs(self.at))
    }
}

fn seconds(now: SystemTime) -> Duration {
    now.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// A memory for one endpoint, kept in a file when there is a state directory.
#[derive(Debug)]
pub(crate) struct Remembered {
    endpoint: String,
    state_dir: OnceLock<StateDir>,
    known: Mutex<Known>,
    /// Whether this run has got a bucket.
    is_in_use: AtomicBool,
    /// The last write, which may still be going on.
    writing: Mutex<Option<JoinHandle<()>>>,
}

impl Remembered {
    /// Returns an empty memory for an endpoint.
    pub(crate) fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            state_dir: OnceLock::new(),
            known: Mutex::default(),
            is_in_use: AtomicBool::new(false),
            writing: Mutex::default(),
        }
    }

    /// Reads what an earlier run wrote, and writes there from now on.
    pub(crate) async fn load(&self, state_dir: StateDir) {
        let folder = self.state_dir.get_or_init(|| state_dir).clone();
        let mut known = blocking(move || read(&folder)).await.unwrap_or_default();
        if let Some(known) = known.remove(&self.endpoint) {
            self.with(|now| *now = known);
        }
    }

    /// Returns the previous run's bucket; `None` once this run has its own and is connected to it.
    pub(crate) fn bucket_of_last_run(&self) -> Option<BucketName> {
        if self.is_in_use.load(Relaxed) {
            return None;
        }
        BucketName::parse(self.with(|known| known.last_bucket.clone())?).ok()
    }

    pub(crate) fn wants_v4(&self, bucket: &BucketName) -> bool {
        self.with(|known| known.v4_buckets.iter().any(|name| name == bucket.as_str()))
    }

    pub(crate) fn set_last_bucket(&self, bucket: &BucketName) {
        self.is_in_use.store(true, Relaxed);
        self.update(|known| known.last_bucket = Some(bucket.as_str().to_owned()));
    }

    pub(crate) fn set_wants_v4(&self, bucket: &BucketName) {
        if !self.wants_v4(bucket) {
            self.update(|known| known.v4_buckets.push(bucket.as_str().to_owned()));
        }
    }

    /// Returns the network of an earlier run, unless that was long ago.
    pub(crate) fn network(&self, now: SystemTime) -> Option<KnownNetwork> {
        let seen = self.with(|known| known.network.clone())?;
        (seen.age(now) < COUNTS_FOR).then(|| seen.network())
    }

    /// Notes how fast the network is, if that is news.
    pub(crate) fn set_network(&self, network: KnownNetwork, now: SystemTime) {
        let is_news =
            |seen: &Seen| seen.age(now) > COUNTS_FOR / 2 || !seen.network().is_about(network);
        if self.with(|known| known.network.as_ref().is_none_or(is_news)) {
            let seen = Seen {
                bytes_per_second: network.bytes_per_second,
                round_trip_us: u64::try_from(network.round_trip.as_micros()).unwrap_or(u64::MAX),
                at: seconds(now).as_secs(),
            };
            self.update(|known| known.network = Some(seen));
        }
    }

    fn with<T>(&self, read: impl FnOnce(&mut Known) -> T) -> T {
        read(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until what was learned is written, but no longer than `limit`.
    pub(crate) async fn settle(&self, limit: Duration) {
        let writing = self.writing().take();
        if let Some(writing) = writing {
            let _ = tokio::time::timeout(limit, writing).await;
        }
    }

    /// Changes what is known, and writes it if that made a difference. Nobody waits for the disk meanwhile.
    fn update(&self, change: impl FnOnce(&mut Known)) {
        let changed = self.with(|known| {
            let before = known.clone();
            change(known);
            (*known != before).then(|| known.clone())
        });
        if let (Some(known), Some(state_dir)) = (changed, self.state_dir.get()) {
            let (state_dir, endpoint) = (state_dir.clone(), self.endpoint.clone());
            let mut writing = self.writing();
            let before = writing.take();
            *writing = Some(tokio::spawn(async move {
                // One after the other, so that the last one to be learned is the last one to be written.
                if let Some(before) = before {
                    let _ = before.await;
                }
                let _ = blocking(move || write_or_log(&state_dir, endpoint, known)).await;
            }));
        }
    }

    fn writing(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_or_log(state_dir: &StateDir, endpoint: String, known: Known) {
    if let Err(error) = write(state_dir, endpoint, known) {
        tracing::debug!(%error, "what was learned of the bucket could not be kept");
    }
}

fn read(state_dir: &StateDir) -> BTreeMap<String, Known> {
    let text = state_dir.read(FILE).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn write(state_dir: &StateDir, endpoint: String, known: Known) -> std::io::Result<()> {
    let mut all = read(state_dir);
    all.insert(endpoint, known);
    state_dir.replace(FILE, &serde_json::to_vec_pretty(&all)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn loaded(folder: &tempfile::TempDir, endpoint: &str) -> Remembered {
        let remembered = Remembered::new(endpoint.to_owned());
        let state_dir = StateDir::open(folder.path()).expect("our own folder");
        remembered.load(state_dir).await;
        remembered
    }

    #[tokio::test]
    async fn what_was_learned_is_there_in_the_next_run_of_that_endpoint_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let bucket = BucketName::parse("bkt").expect("a bucket");
        let remembered = loaded(&folder, "one").await;
        remembered.set_last_bucket(&bucket);
        remembered.settle(Duration::from_secs(5)).await;
        remembered.set_wants_v4(&bucket);
        remembered.settle(Duration::from_secs(5)).await;
        assert_eq!(remembered.bucket_of_last_run(), None, "connected already");

        let again = loaded(&folder, "one").await;
        assert_eq!(again.bucket_of_last_run(), Some(bucket.clone()));
        assert!(again.wants_v4(&bucket));
        let other = loaded(&folder, "two").await;
        assert_eq!(other.bucket_of_last_run(), None);
        assert!(!other.wants_v4(&bucket));
    }

    #[tokio::test]
    async fn the_network_is_known_for_an_hour() {
        let folder = tempfile::tempdir().expect("a folder");
        let network = KnownNetwork {
            bytes_per_second: 5_000_000,
            round_trip: Duration::from_millis(40),
        };
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        let later = |minutes: u64| then + Duration::from_secs(60 * minutes);
        let remembered = loaded(&folder, "one").await;
        assert_eq!(remembered.network(then), None);
        remembered.set_network(network, then);
        remembered.settle(Duration::from_secs(5)).await;

        let again = loaded(&folder, "one").await;
        assert_eq!(again.network(later(59)), Some(network));
        assert_eq!(again.network(later(60)), None);
        again.set_network(network, later(10));
        assert_eq!(again.network(later(65)), None, "not written for so little");
        again.set_network(network, later(40));
        assert_eq!(again.network(later(65)), Some(network));
    }

    #[tokio::test]
    async fn a_damaged_file_is_forgotten_and_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "{").expect("damaged");
        let bucket = BucketName::parse("bkt").expect("a bucket");
        let remembered = loaded(&folder, "one").await;
        remembered.set_last_bucket(&bucket);
        remembered.settle(Duration::from_secs(5)).await;
        assert_eq!(
            loaded(&folder, "one").await.bucket_of_last_run(),
            Some(bucket)
        );
    }
}
