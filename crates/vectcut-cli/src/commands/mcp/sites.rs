//! The servers, connected when the first file needs them: a server without a key can still say what is missing.

use std::sync::{Arc, Mutex, PoisonError};

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::site::Site;

type Connect = dyn Fn() -> Result<Site, Failure> + Send + Sync;

/// Connects to the servers once. A failed attempt is repeated, because a person may sign in meanwhile.
pub(super) struct Sites {
    connect: Box<Connect>,
    connected: Mutex<Option<Arc<Site>>>,
}

impl Sites {
    /// Tries to connect.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage, which no waiting mends.
    pub(super) fn new(
        connect: impl Fn() -> Result<Site, Failure> + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        let sites = Self {
            connect: Box::new(connect),
            connected: Mutex::default(),
        };
        match sites.get() {
            Err(failure) if failure.exit_code == ExitCode::Usage => Err(failure),
            _ => Ok(sites),
        }
    }

    /// Returns the servers.
    ///
    /// # Errors
    ///
    /// Fails without an API key, and as [`Site::open`].
    pub(super) fn get(&self) -> Result<Arc<Site>, Failure> {
        let mut connected = self
            .connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(site) = &*connected {
            return Ok(site.clone());
        }
        let site = Arc::new((self.connect)()?);
        *connected = Some(site.clone());
        Ok(site)
    }
}
