//! The body of a request as the servers read it: counted, and disturbed by faults.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::{sleep, timeout};

use crate::journal::Entry;
use crate::link::Control;
use crate::reply::Reply;

/// How long the server waits for the next bytes of a body.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// How long the server reads the rest of a body after an early response. Closing at once would reset the connection,
/// and a client that still sends would lose the response.
const LINGER_MAX: Duration = Duration::from_secs(30);

/// The body of one request.
pub(crate) struct Intake {
    body: Option<Incoming>,
    entry: Arc<Entry>,
    control: Arc<Control>,
    received: u64,
    /// Read, but not yet passed on while the body trickles.
    pending: Bytes,
    disturbance: Disturbance,
}

/// What faults do to a body.
#[derive(Debug, Default)]
pub(crate) struct Disturbance {
    /// Reset the connection once that much has come, or at the end.
    pub(crate) reset_after: Option<u64>,
    /// Respond with this once that much has come, or at the end.
    pub(crate) response: Option<(u64, Reply)>,
    /// Stop reading for that long once that much has come.
    pub(crate) stall: Option<(u64, Duration)>,
    /// Read no more than that many bytes a second.
    pub(crate) trickle: Option<u64>,
    /// Change the first byte.
    pub(crate) damage: bool,
}

/// Why a body is incomplete.
#[derive(Debug)]
pub(crate) enum Interruption {
    /// The response is due before the end of the body.
    Response(Box<Reply>),
    /// No more bytes came in time.
    Idle,
    /// The client closed the connection too early.
    Broken,
    /// The body is longer than this call allows.
    TooLong,
}

impl Intake {
    /// Wraps the body of a request.
    pub(crate) fn new(
        body: Incoming,
        entry: Arc<Entry>,
        control: Arc<Control>,
        disturbance: Disturbance,
    ) -> Self {
        Self {
            body: Some(body),
            entry,
            control,
            received: 0,
            pending: Bytes::new(),
            disturbance,
        }
    }

    /// Does what is due before the first byte.
    pub(crate) async fn begin(&mut self) -> Result<(), Interruption> {
        self.disturb(false).await
    }

    /// Returns the next bytes, `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Interruption> {
        if self.pending.is_empty() {
            match self.read().await? {
                Some(bytes) => self.pending = bytes,
                None => {
                    self.disturb(true).await?;
                    return Ok(None);
                }
            }
            self.disturb(false).await?;
        }
        let Some(rate) = self.disturbance.trickle else {
            return Ok(Some(std::mem::take(&mut self.pending)));
        };
        let slice = usize::try_from(rate / 10)
            .unwrap_or(usize::MAX)
            .clamp(1, self.pending.len());
        sleep(Duration::from_secs_f64(slice as f64 / rate.max(1) as f64)).await;
        Ok(Some(self.pending.split_to(slice)))
    }

    /// Reads the whole body, which must not be longer than `limit_bytes`.
    pub(crate) async fn collect(&mut self, limit_bytes: usize) -> Result<Bytes, Interruption> {
        let mut whole = BytesMut::new();
        while let Some(bytes) = self.next().await? {
            if whole.len() + bytes.len() > limit_bytes {
                return Err(Interruption::TooLong);
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole.freeze())
    }

    /// Keeps reading in the background, so that an early response reaches a client that still sends.
    pub(crate) fn linger(&mut self) {
        let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) else {
            return;
        };
        let entry = Arc::clone(&self.entry);
        tokio::spawn(timeout(LINGER_MAX, async move {
            while let Some(Ok(frame)) = body.frame().await {
                entry.received(frame.data_ref().map_or(0, Bytes::len));
            }
        }));
    }

    /// Drops the rest of the body; the connection cannot be used again.
    pub(crate) fn abandon(&mut self) {
        self.body = None;
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Interruption> {
        let Some(body) = &mut self.body else {
            return Ok(None);
        };
        loop {
            match timeout(IDLE_MAX, body.frame()).await {
                Err(_) => return Err(Interruption::Idle),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(Interruption::Broken),
                Ok(Some(Ok(frame))) => {
                    // Trailers carry nothing that OSS reads.
                    let Ok(mut bytes) = frame.into_data() else {
                        continue;
                    };
                    if bytes.is_empty() {
                        continue;
                    }
                    self.entry.received(bytes.len());
                    self.received = self
                        .received
                        .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    if self.disturbance.damage {
                        self.disturbance.damage = false;
                        bytes = damaged(&bytes);
                    }
                    return Ok(Some(bytes));
                }
            }
        }
    }

    /// Does what is due now that `received` bytes have come.
    async fn disturb(&mut self, at_end: bool) -> Result<(), Interruption> {
        let received = self.received;
        let due = |after: u64| at_end || received >= after;
        if let Some((_, duration)) = self.disturbance.stall.take_if(|(after, _)| due(*after)) {
            sleep(duration).await;
        }
        if self.disturbance.reset_after.is_some_and(due) {
            self.control.reset();
            // The connection's task ends this one.
            std::future::pending::<()>().await;
        }
        match self.disturbance.response.take_if(|(after, _)| due(*after)) {
            Some((_, reply)) => Err(Interruption::Response(Box::new(reply))),
            None => Ok(()),
        }
    }
}

fn damaged(bytes: &Bytes) -> Bytes {
    let mut copy = bytes.to_vec();
    if let Some(first) = copy.first_mut() {
        *first ^= 0x01;
    }
    copy.into()
}
