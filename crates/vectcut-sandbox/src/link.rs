//! The network between the clients and the sandbox: its delay, its rates, its cuts and its outages.

mod connection;
mod pacer;
mod shaper;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

pub(crate) use connection::Connection;
use pacer::Pacer;

use crate::clock;
use crate::quantity::{self, Shown};

/// How the network to the sandbox behaves. The default is the loopback as it is.
///
/// The delay is a propagation delay: bytes in flight do not wait for each other, so it does not limit the throughput.
/// Each direction has the full rates. Opening a connection costs one round trip; there is no loss and no slow start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Link {
    /// The time from sending a byte to receiving the response to it.
    pub round_trip: Duration,
    /// The rate of one connection, in bytes per second; `None` does not limit it.
    pub connection_rate: Option<u64>,
    /// The rate of all connections together, in bytes per second; `None` does not limit it.
    pub total_rate: Option<u64>,
    /// Resets every connection once it has carried this many bytes to the server; `None` resets none.
    ///
    /// With TLS these are the encrypted bytes, the handshake included.
    pub cut_after_bytes: Option<u64>,
}

impl Link {
    /// Returns this link with a round trip of `duration`.
    #[must_use]
    pub fn round_trip(mut self, duration: Duration) -> Self {
        self.round_trip = duration;
        self
    }

    /// Returns this link with each connection limited to `bytes_per_second`.
    #[must_use]
    pub fn connection_rate(mut self, bytes_per_second: u64) -> Self {
        self.connection_rate = Some(bytes_per_second);
        self
    }

    /// Returns this link with all connections together limited to `bytes_per_second`.
    #[must_use]
    pub fn total_rate(mut self, bytes_per_second: u64) -> Self {
        self.total_rate = Some(bytes_per_second);
        self
    }

    /// Returns this link with every connection reset once it has carried `bytes` to the server.
    #[must_use]
    pub fn cut_after(mut self, bytes: u64) -> Self {
        self.cut_after_bytes = Some(bytes);
        self
    }

    fn is_shaped(&self) -> bool {
        !self.round_trip.is_zero() || self.connection_rate.is_some() || self.total_rate.is_some()
    }
}

/// Why a text is no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{setting}` does not describe a link; expected something like `round-trip=40ms,connection=50mbit,total=400mbit,cut-after=6m`"
)]
pub struct ParseLinkError {
    setting: String,
}

/// Reads a link from `round-trip=TIME,connection=RATE,total=RATE,cut-after=SIZE`, in any order, each of them optional.
///
/// TIME, RATE and SIZE are those of [`quantity`]: `250ms`; `50mbit` or, in bytes per second, `800k`; `6M`.
///
/// ```
/// use vectcut_sandbox::Link;
///
/// let link: Link = "round-trip=40ms,total=400mbit".parse()?;
/// assert_eq!(link.total_rate, Some(50_000_000));
/// # Ok::<(), vectcut_sandbox::ParseLinkError>(())
/// ```
impl FromStr for Link {
    type Err = ParseLinkError;

    fn from_str(text: &str) -> Result<Self, ParseLinkError> {
        let mut link = Self::default();
        for setting in text.split(',') {
            let bad = || ParseLinkError {
                setting: setting.to_owned(),
            };
            let (name, value) = setting.split_once('=').ok_or_else(bad)?;
            match name {
                "round-trip" => link.round_trip = quantity::duration(value).ok_or_else(bad)?,
                "connection" => link.connection_rate = Some(quantity::rate(value).ok_or_else(bad)?),
                "total" => link.total_rate = Some(quantity::rate(value).ok_or_else(bad)?),
                "cut-after" => link.cut_after_bytes = Some(quantity::size(value).ok_or_else(bad)?),
                _ => return Err(bad()),
            }
        }
        Ok(link)
    }
}

/// Shows the link as the text that makes it, times to the millisecond.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round-trip={}", Shown(self.round_trip))?;
        for (name, value) in [
            ("connection", self.connection_rate),
            ("total", self.total_rate),
            ("cut-after", self.cut_after_bytes),
        ] {
            if let Some(value) = value {
                write!(f, ",{name}={value}")?;
            }
        }
        Ok(())
    }
}

/// What clients see while the network is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Nothing moves; connections survive.
    Silent,
    /// Connections are reset, new ones too.
    Reset,
}

/// The state of the network that all connections share.
#[derive(Debug)]
pub(crate) struct Network {
    link: Link,
    to_server: Option<Pacer>,
    to_client: Option<Pacer>,
    base: Instant,
    /// Milliseconds after `base`; 0 means never.
    silent_until: AtomicU64,
    reset_until: AtomicU64,
    connections: Mutex<HashMap<u64, Weak<Control>>>,
    connections_made: AtomicU64,
}

/// The handle by which others cut or disturb one connection.
#[derive(Debug)]
pub(crate) struct Control {
    /// The connection's number, from 1.
    pub(crate) id: u64,
    reset: AtomicBool,
    cut: Notify,
    flip_bit: AtomicBool,
}

impl Control {
    /// Lets the connection flip a bit of the next bytes that it carries to the server.
    pub(crate) fn flip_bit(&self) {
        self.flip_bit.store(true, Ordering::Relaxed);
    }

    /// Returns whether a bit must be flipped, and forgets it.
    fn takes_flip(&self) -> bool {
        self.flip_bit.swap(false, Ordering::Relaxed)
    }

    /// Lets the connection end with a TCP reset as soon as its task runs.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
        self.cut.notify_one();
    }

    /// Returns once [`reset`](Self::reset) was called.
    pub(crate) async fn cut(&self) {
        self.cut.notified().await;
    }

    fn is_reset(&self) -> bool {
        self.reset.load(Ordering::Relaxed)
    }
}

impl Network {
    /// Makes a network that behaves as `link` says.
    pub(crate) fn new(link: Link) -> Self {
        Self {
            link,
            to_server: link.total_rate.map(Pacer::new),
            to_client: link.total_rate.map(Pacer::new),
            base: clock::instant(),
            silent_until: AtomicU64::new(0),
            reset_until: AtomicU64::new(0),
            connections: Mutex::default(),
            connections_made: AtomicU64::new(0),
        }
    }

    /// Takes the network away for `duration` from now.
    pub(crate) fn go_away(&self, duration: Duration, outage: Outage) {
        let until = clock::since(self.base).saturating_add(duration);
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        match outage {
            Outage::Silent => self.silent_until.store(until, Ordering::Relaxed),
            Outage::Reset => {
                self.reset_until.store(until, Ordering::Relaxed);
                for control in self.lock().values().filter_map(Weak::upgrade) {
                    control.reset();
                }
            }
        }
    }

    /// Returns whether new connections are reset at this time.
    pub(crate) fn resets(&self) -> bool {
        self.end_of(&self.reset_until).is_some()
    }

    /// Returns until when nothing moves.
    fn silent_until(&self) -> Option<Instant> {
        self.end_of(&self.silent_until)
    }

    fn end_of(&self, until: &AtomicU64) -> Option<Instant> {
        let until = until.load(Ordering::Relaxed);
        if until == 0 {
            return None;
        }
        let end = self.base.checked_add(Duration::from_millis(until))?;
        (end > clock::instant()).then_some(end)
    }

    /// Numbers a new connection and registers it, so that an outage can cut it.
    pub(crate) fn register(&self) -> Arc<Control> {
        let id = self.connections_made.fetch_add(1, Ordering::Relaxed) + 1;
        let control = Arc::new(Control {
            id,
            reset: AtomicBool::new(false),
            cut: Notify::new(),
            flip_bit: AtomicBool::new(false),
        });
        let mut connections = self.lock();
        connections.retain(|_, control| control.strong_count() > 0);
        connections.insert(id, Arc::downgrade(&control));
        control
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Weak<Control>>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_from_text() {
        let link = Link::default()
            .round_trip(Duration::from_millis(40))
            .connection_rate(6_250_000);
        assert_eq!("connection=50mbit,round-trip=40ms".parse(), Ok(link));
        let cut = Link::default().cut_after(6 * 1024 * 1024);
        assert_eq!("cut-after=6M".parse(), Ok(cut));
        for bad in [
            "",
            "fast",
            "total=",
            "total=fast",
            "round-trip=40x",
            "loss=1",
        ] {
            assert_eq!(
                bad.parse::<Link>(),
                Err(ParseLinkError {
                    setting: bad.to_owned()
                })
            );
        }
    }

    #[test]
    fn an_absurd_outage_does_not_overflow() {
        let network = Network::new(Link::default());
        network.go_away(Duration::MAX, Outage::Silent);
        network.go_away(Duration::MAX, Outage::Reset);
        network.register();
    }
}
