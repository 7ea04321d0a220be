//! The connections that all files of an uploader share: how many may send at once, and who sends next.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    clock,
    policy::{
        cap::Cap,
        known::KnownNetwork,
        plan::StreamRate,
        round_trip::RoundTrip,
        streams::{STREAMS_MAX, Streams},
    },
};

/// The round trip of a network of which nothing is known. On random networks, simulated uploads with this guess take 0.4 %
/// longer on average.
const ROUND_TRIP_UNKNOWN: Duration = Duration::from_millis(50);

/// Less than this is acknowledged while connections are still in slow start.
const MEASURED_MIN_BYTES: u64 = 4 * 1024 * 1024;

/// Lets as many requests with a body run at once as `Streams` allows, in the order of asking.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    streams: Streams,
    /// Whether a connection was asked for.
    has_begun: bool,
    in_use: usize,
    /// How long connections were in use, up to `busy_since` if some are in use now. A process may wait hours for its next
    /// file, and that says nothing of the network.
    busy: Duration,
    busy_since: Option<Instant>,
    /// How many connections files have opened ahead since none was in use.
    opened_ahead: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
    /// The largest body that connections let pass.
    cap: Cap,
    /// How much OSS has acknowledged of all files.
    acknowledged_bytes: u64,
    /// What connections that are free now have measured.
    rates: Vec<StreamRate>,
    round_trip: RoundTrip,
    /// The round trip that an earlier run measured.
    expected_round_trip: Option<Duration>,
}

/// The right to send on one connection. Dropping it passes the right on.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    gate: &'a Gate,
    /// What the connection has measured so far.
    pub(crate) rate: StreamRate,
}

impl Gate {
    pub(crate) fn new(streams: Streams, round_trip: RoundTrip) -> Self {
        Self {
            state: Mutex::new(State {
                streams,
                has_begun: false,
                in_use: 0,
                busy: Duration::ZERO,
                busy_since: None,
                opened_ahead: 0,
                waiting: VecDeque::new(),
                cap: Cap::default(),
                acknowledged_bytes: 0,
                rates: Vec::new(),
                round_trip,
                expected_round_trip: None,
            }),
        }
    }

    /// Waits for a free connection.
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives up the place in the queue.
    pub(crate) async fn acquire(&self) -> Slot<'_> {
        let turn = {
            let mut state = self.state();
            state.has_begun = true;
            if state.waiting.is_empty() && state.in_use < state.streams.count() {
                state.occupy();
                None
            } else {
                let (sender, receiver) = oneshot::channel();
                state.waiting.push_back(sender);
                Some(receiver)
            }
        };
        if let Some(turn) = turn {
            // The gate outlives its slots and drops no sender, so this always resolves with a turn.
            let _ = Turn {
                gate: self,
                receiver: turn,
            }
            .wait()
            .await;
        }
        let rate = self.state().rates.pop().unwrap_or_default();
        Slot { gate: self, rate }
    }

    /// Returns the rate of all connections together, once OSS has acknowledged something.
    pub(crate) fn bytes_per_second(&self) -> Option<f64> {
        let state = self.state();
        let seconds = state.elapsed().as_secs_f64();
        (state.acknowledged_bytes > 0).then(|| state.acknowledged_bytes as f64 / seconds.max(0.001))
    }

    /// Returns the longest body to try, in bytes.
    pub(crate) fn cap_bytes(&self) -> u64 {
        self.state().cap.bytes()
    }

    /// Notes that the connection failed repeatedly under a body of `len_bytes`.
    pub(crate) fn cut(&self, len_bytes: u64) {
        self.state().cap.cut(len_bytes);
    }

    /// Returns how many connections a file of this length may use now.
    pub(crate) fn streams_for(&self, len_bytes: u64) -> usize {
        self.state().streams.count_for(len_bytes)
    }

    /// Returns the round trip as this run has measured it. Until then, as an earlier run did.
    pub(crate) fn round_trip(&self) -> Duration {
        let state = self.state();
        let measured = state.round_trip.get();
        measured
            .or(state.expected_round_trip)
            .unwrap_or(ROUND_TRIP_UNKNOWN)
    }

    /// Notes what an earlier run measured, before the first connection is used.
    pub(crate) fn expect(&self, known: KnownNetwork) {
        let mut state = self.state();
        if !state.has_begun {
            state.streams.expect(known);
            state.expected_round_trip = Some(known.round_trip);
        }
    }

    /// Notes that a request begins now, and returns the time. It may have to open a connection.
    pub(crate) fn begin_request(&self) -> Instant {
        let now = clock::monotonic();
        self.state().round_trip.connecting(now);
        now
    }

    /// Notes when a request had its connection.
    pub(crate) fn connected(&self, at: Instant) {
        self.state().round_trip.connected(at);
    }

    /// Notes that the response is here to a request whose bodies are small.
    pub(crate) fn responded(&self, begun: Instant) {
        let mut state = self.state();
        state.round_trip.responded(begun, clock::monotonic());
        if let Some(round_trip) = state.round_trip.get()
            && !state.has_begun
        {
            state.streams.note_round_trip(round_trip);
        }
    }

    /// Returns what this run has measured, once it is enough to go by. Nothing when the connections were limited in number.
    pub(crate) fn measured(&self) -> Option<KnownNetwork> {
        let rate = self.bytes_per_second()?;
        let state = self.state();
        let round_trip = state.round_trip.get()?;
        let is_enough = state.acknowledged_bytes >= MEASURED_MIN_BYTES;
        (is_enough && !state.streams.are_limited()).then_some(KnownNetwork {
            bytes_per_second: rate as u64,
            round_trip,
        })
    }

    /// Notes that OSS acknowledged a part. `time_left` is the rest of the time budget.
    pub(crate) fn acknowledged(&self, len_bytes: u64, time_left: Option<Duration>) {
        let mut state = self.state();
        let elapsed = state.elapsed();
        state.acknowledged_bytes += len_bytes;
        state.cap.acknowledged(len_bytes);
        state.streams.acknowledged(len_bytes, elapsed, time_left);
        state.admit();
    }

    /// Notes that OSS asked for fewer requests.
    pub(crate) fn throttled(&self) {
        let mut state = self.state();
        let elapsed = state.elapsed();
        state.streams.throttled(elapsed);
    }

    /// Returns how many of `wanted` connections a file may open ahead: the files of a batch share what they can use.
    pub(crate) fn open_ahead(&self, wanted: usize) -> usize {
        let mut state = self.state();
        state.round_trip.connecting(clock::monotonic());
        let granted = wanted.min(STREAMS_MAX.saturating_sub(state.opened_ahead));
        state.opened_ahead += granted;
        granted
    }

    /// Takes back connections that a file opened ahead to a host that is not the one.
    pub(crate) fn opened_in_vain(&self, connections: usize) {
        let mut state = self.state();
        state.opened_ahead = state.opened_ahead.saturating_sub(connections);
    }

    /// Sets the rules for the number of connections, before the first one is used.
    pub(crate) fn set_streams(&self, streams: Streams) {
        self.state().streams = streams;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns how long connections were in use.
    fn elapsed(&self) -> Duration {
        self.busy + self.busy_since.map_or(Duration::ZERO, clock::since)
    }

    fn occupy(&mut self) {
        self.busy_since.get_or_insert_with(clock::monotonic);
        self.in_use += 1;
    }

    /// Gives free connections to those who wait longest.
    fn admit(&mut self) {
        while self.in_use < self.streams.count()
            && let Some(next) = self.waiting.pop_front()
        {
            // A waiter that gave up has dropped its receiver.
            if next.send(()).is_ok() {
                self.occupy();
            }
        }
    }

    fn release(&mut self) {
        self.in_use -= 1;
        self.admit();
        if self.in_use == 0 {
            self.busy = self.elapsed();
            self.busy_since = None;
            self.opened_ahead = 0;
        }
    }
}

/// A place in the queue.
struct Turn<'a> {
    gate: &'a Gate,
    receiver: oneshot::Receiver<()>,
}

impl Turn<'_> {
    async fn wait(mut self) -> Option<()> {
        let turn = (&mut self.receiver).await.ok();
        // Nothing is left for `drop` to give back.
        self.receiver.close();
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // The turn may have come at the moment of giving up.
        if self.receiver.try_recv().is_ok() {
            self.gate.state().release();
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        if self.rate != StreamRate::default() {
            state.rates.push(self.rate);
        }
        state.release();
    }
}
