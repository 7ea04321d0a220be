//! Sets up a sandbox and starts it: where it keeps its state, what it allows, and how it fails.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::faults::Fault;
use crate::link::{Link, Network};
use crate::policy::Policy;
use crate::random::{self, HEX};
use crate::sandbox::Sandbox;
use crate::server::{self, Service};
use crate::settings::{Identity, Settings};
use crate::site::Site;
use crate::state_dir::StateDir;
use crate::store::Store;
use crate::tickets::{FixedCredentials, Tickets};
use crate::tls;

/// The default lifetime of temporary credentials: the shortest that STS gives.
const CREDENTIALS_LIFETIME: Duration = Duration::from_secs(900);
/// The default limit on the time of a request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// The settings of a sandbox that has not started.
#[must_use = "a builder does nothing until it is started"]
#[derive(Default)]
pub struct Builder {
    port: u16,
    tls: bool,
    state_dir: Option<PathBuf>,
    policy: Policy,
    faults: Vec<Fault>,
    link: Link,
    receive_buffer_bytes: Option<usize>,
    credentials_lifetime: Option<Duration>,
    header_timeout: Option<Duration>,
    clock_offset_seconds: i64,
    api_key: Option<String>,
    sts_credentials: Option<FixedCredentials>,
    strict: bool,
}

impl Builder {
    /// Listens on this port of 127.0.0.1 instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves https with a certificate authority of its own, which vouches for this machine alone and for 30 days.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Keeps objects, open uploads, tickets and keys in this directory, across restarts.
    /// Without it they are in a temporary directory that the sandbox removes when it ends.
    pub fn state_dir(mut self, state_dir: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(state_dir.into());
        self
    }

    /// Sets what the sandbox allows.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Adds a fault; call it again for more.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Puts this network between the clients and the sandbox.
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// Limits how much the kernel accepts on each connection before the sandbox reads it.
    /// The default is some megabytes, so a client notices late that nobody reads.
    pub fn receive_buffer_bytes(mut self, bytes: usize) -> Self {
        self.receive_buffer_bytes = Some(bytes);
        self
    }

    /// Sets the lifetime of temporary credentials; the default is 15 minutes.
    pub fn credentials_lifetime(mut self, lifetime: Duration) -> Self {
        self.credentials_lifetime = Some(lifetime);
        self
    }

    /// Closes a connection whose TLS handshake or request headers take longer than this; the default is a minute.
    /// A connection that is idle for that long is closed, too.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = Some(timeout);
        self
    }

    /// Sets the server's clock this many seconds ahead, or behind when negative.
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.clock_offset_seconds = seconds;
        self
    }

    /// Accepts this API key instead of a random one.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// Gives these temporary credentials at every init.
    pub fn sts_credentials(
        mut self,
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: impl Into<String>,
    ) -> Self {
        self.sts_credentials = Some(FixedCredentials {
            access_key_id: access_key_id.into(),
            access_key_secret: access_key_secret.into(),
            security_token: security_token.into(),
        });
        self
    }

    /// Makes dropping the sandbox a check: it panics if nothing arrived, or if a fault did not strike as often as it should,
    /// unless the thread is panicking already.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Starts the sandbox. It runs on threads of its own, so that a test may block.
    ///
    /// # Errors
    /// The port is taken, or the state directory cannot be read or written, or another sandbox uses it.
    ///
    /// # Cancellation
    /// The future never waits, so it cannot be cancelled half-way.
    pub async fn start(self) -> io::Result<Sandbox> {
        let state_dir = self
            .state_dir
            .map_or_else(StateDir::temporary, StateDir::kept)?;
        let listener = listen(self.port, self.receive_buffer_bytes)?;
        let port = listener.local_addr()?.port();
        let (tls, trust) = if self.tls {
            Some(tls::acceptor(state_dir.path(), Clock::default().now())?).unzip()
        } else {
            (None, None)
        };
        let identity = Identity::open(state_dir.path(), self.api_key)?;
        let lifetime = self.credentials_lifetime.unwrap_or(CREDENTIALS_LIFETIME);
        let tickets = Tickets::open(state_dir.path(), &identity, lifetime, self.sts_credentials)?;
        let store = Store::open(state_dir.path())?;
        let status_token = random::secret(32, HEX)?;
        let settings = Settings::new(&identity, port, trust, &status_token);
        let clock = Clock::ahead_by(self.clock_offset_seconds);
        let site = Arc::new(Site::new(
            settings,
            status_token,
            clock,
            store,
            tickets,
            Network::new(self.link),
            self.policy,
        ));
        for fault in self.faults {
            site.faults.inject(fault);
        }
        let (stop, stopped) = watch::channel(false);
        // The runtime comes last: an early return would drop it inside another runtime, which panics.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("vectcut-sandbox")
            .enable_all()
            .build()?;
        let service = Service {
            site: Arc::clone(&site),
            tls,
            header_timeout: self.header_timeout.unwrap_or(HEADER_TIMEOUT),
        };
        let server = runtime.spawn(server::run(listener, service, stopped));
        Ok(Sandbox::new(
            site,
            state_dir,
            runtime,
            server,
            stop,
            self.strict,
        ))
    }
}

impl Sandbox {
    /// Starts a sandbox with the default settings: a free port, http, a temporary directory.
    ///
    /// # Errors
    /// No port is free, or the temporary directory cannot be written.
    ///
    /// # Cancellation
    /// As [`Builder::start`].
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder for other settings.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("state_dir", &self.state_dir)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// Binds the port of 127.0.0.1.
fn listen(port: u16, receive_buffer_bytes: Option<usize>) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // A restarted sandbox takes its port back at once.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if let Some(bytes) = receive_buffer_bytes {
        // Accepted connections inherit it.
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
