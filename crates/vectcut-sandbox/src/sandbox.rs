//! The handle of a running sandbox.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::faults::{Fault, FaultTally};
use crate::journal::Arrival;
use crate::policy::Policy;
use crate::settings::Settings;
use crate::site::Site;
use crate::state_dir::StateDir;
use crate::store::StoredObject;

/// A running sandbox: a VectCut backend and an OSS on one port of 127.0.0.1.
///
/// Dropping it closes all connections and frees the port.
#[must_use = "dropping the sandbox shuts it down"]
pub struct Sandbox {
    site: Arc<Site>,
    server: JoinHandle<()>,
    stop: watch::Sender<bool>,
    /// `None` once the sandbox is being dropped.
    runtime: Option<Runtime>,
    strict: bool,
    /// Dropped after the runtime: a temporary directory is removed last.
    state_dir: StateDir,
}

impl Sandbox {
    pub(crate) fn new(
        site: Arc<Site>,
        state_dir: StateDir,
        runtime: Runtime,
        server: JoinHandle<()>,
        stop: watch::Sender<bool>,
        strict: bool,
    ) -> Self {
        Self {
            site,
            server,
            stop,
            runtime: Some(runtime),
            strict,
            state_dir,
        }
    }

    /// Returns the addresses of the sandbox and the keys that it accepts.
    pub fn settings(&self) -> &Settings {
        &self.site.settings
    }

    /// Returns the directory with the sandbox's state.
    pub fn state_dir(&self) -> &Path {
        self.state_dir.path()
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        self.site.faults.inject(fault);
    }

    /// Returns the faults that have not struck as often as they should.
    pub fn unserved_faults(&self) -> Vec<Fault> {
        let unserved = self.fault_tallies().into_iter();
        let unserved = unserved.filter(|tally| !tally.is_served());
        unserved.map(|tally| tally.fault).collect()
    }

    /// Returns every fault with how often it has struck, in the order in which they were added.
    pub fn fault_tallies(&self) -> Vec<FaultTally> {
        self.site.faults.tallies()
    }

    /// Changes the policy, also for credentials that clients already have.
    pub fn set_policy(&self, policy: Policy) {
        self.site.set_policy(policy);
    }

    /// Sets the server's clock this many seconds ahead of the machine's, or behind when negative.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.site.clock.set_offset(seconds);
    }

    /// Returns the latest 20,000 requests in order, with those that still wait for their response.
    pub fn journal(&self) -> Vec<Arrival> {
        self.site.journal.arrivals()
    }

    /// Returns an object.
    pub fn object(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        self.site.store.stored(bucket, key)
    }

    /// Returns the bucket and key of every object, sorted.
    pub fn objects(&self) -> Vec<(String, String)> {
        self.site.store.names()
    }

    /// Deletes an object behind the client's back, if there is one.
    ///
    /// # Errors
    /// The disk fails.
    pub fn delete_object(&self, bucket: &str, key: &str) -> std::io::Result<()> {
        self.site.store.delete(bucket, key)
    }

    /// Puts other bytes in the place of an object behind the client's back; makes the object when there is none.
    ///
    /// # Errors
    /// The disk fails.
    pub fn replace_object(&self, bucket: &str, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        let now_ms = self.site.clock.now().as_millisecond();
        self.site.store.replace(bucket, key, bytes, now_ms)
    }

    /// Forgets all open multipart uploads with their parts, as a lifecycle rule does.
    ///
    /// # Errors
    /// The disk fails.
    pub fn forget_uploads(&self) -> std::io::Result<()> {
        self.site.store.uploads.forget_all()
    }

    /// Closes all connections, and waits until the port is free.
    ///
    /// # Cancellation
    /// The sandbox ends all the same.
    pub async fn shutdown(mut self) {
        // Sending fails when the server has ended already.
        let _ = self.stop.send(true);
        // The task ends because of the message, or by a panic that was already reported.
        drop((&mut self.server).await);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A runtime must not wait for another one to end.
            runtime.shutdown_background();
        }
        if self.strict && !std::thread::panicking() {
            let unserved: Vec<String> = self
                .unserved_faults()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert!(
                !self.site.journal.is_empty(),
                "nothing arrived at the sandbox"
            );
            assert!(
                unserved.is_empty(),
                "faults that the sandbox never served: {unserved:?}"
            );
        }
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}
