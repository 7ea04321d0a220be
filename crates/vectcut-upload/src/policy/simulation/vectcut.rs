//! An upload of this crate: what the engine does between system calls, with its own policies.

use std::time::Duration;

use super::{
    network::{Event, Network},
    peers::SMALL_REQUEST_BYTES,
};
use crate::policy::{
    plan::{PartRange, Plan, SINGLE_PUT_MAX_BYTES, StreamRate},
    streams::{NEAR, Streams},
    stuck::Average,
};

/// How often the engine looks for stuck parts, in seconds.
const TICK: f64 = 0.1;

/// The round trips of the call for the ticket, with its handshakes.
const TICKET_ROUND_TRIPS: f64 = 3.0;

/// Sends a file with all calls, on connections that were opened while the ticket was asked for. Returns seconds.
pub(super) fn upload(network: &mut Network, len_bytes: u64) -> f64 {
    // The call for the URL takes one round trip.
    let round_trip = network.path.round_trip;
    if len_bytes <= SINGLE_PUT_MAX_BYTES {
        let connection = network.connect();
        network.alarm(TICKET_ROUND_TRIPS * round_trip);
        return put(network, connection, len_bytes) + round_trip;
    }
    let mut sender = Sender::new(network, len_bytes);
    // One more round trip initiates the upload; one completes it.
    network.alarm((TICKET_ROUND_TRIPS + 1.0) * round_trip);
    while let Some(event) = network.next_event() {
        sender.hear(network, event);
        if sender.begun.is_none() {
            continue;
        }
        sender.start_parts(network);
        if sender.sending.is_empty() && !sender.plan.has_next() {
            return network.now + 2.0 * round_trip;
        }
    }
    f64::INFINITY
}

fn put(network: &mut Network, connection: usize, len_bytes: u64) -> f64 {
    while let Some(event) = network.next_event() {
        match event {
            Event::Alarm => network.request(connection, len_bytes + SMALL_REQUEST_BYTES),
            Event::Response(_) => return network.now,
            Event::Connected(_) => {}
        }
    }
    f64::INFINITY
}

fn round_trip(network: &Network) -> Duration {
    Duration::from_secs_f64(network.path.round_trip)
}

/// A part on its way.
struct Sending {
    connection: usize,
    range: PartRange,
    begun: f64,
}

struct Sender {
    len_bytes: u64,
    plan: Plan,
    streams: Streams,
    average: Average,
    spread: Vec<PartRange>,
    /// When the first part was sent.
    begun: Option<f64>,
    /// How many connections are open, or are being opened.
    connections: usize,
    idle: Vec<usize>,
    rates: Vec<StreamRate>,
    sending: Vec<Sending>,
}

impl Sender {
    fn new(network: &mut Network, len_bytes: u64) -> Self {
        let streams = Streams::new(None);
        let is_near = TICKET_ROUND_TRIPS * network.path.round_trip < NEAR.as_secs_f64();
        let connections = match is_near {
            true => 1,
            false => streams.count_for(len_bytes),
        };
        (0..connections).for_each(|_| _ = network.connect());
        Self {
            len_bytes,
            connections,
            plan: Plan::new(len_bytes, &[], None),
            streams,
            average: Average::default(),
            spread: Vec::new(),
            begun: None,
            idle: Vec::new(),
            rates: Vec::new(),
            sending: Vec::new(),
        }
    }

    fn hear(&mut self, network: &mut Network, event: Event) {
        match event {
            Event::Connected(connection) => self.idle.push(connection),
            Event::Response(connection) => self.acknowledged(network, connection),
            Event::Alarm => {
                if self.begun.is_none() {
                    // The upload was initiated.
                    self.streams.note_round_trip(round_trip(network));
                    self.begun = Some(network.now);
                }
                self.stop_stuck(network);
                network.alarm(TICK);
            }
        }
    }

    fn acknowledged(&mut self, network: &Network, connection: usize) {
        let part = |part: &Sending| part.connection == connection;
        let Some(at) = self.sending.iter().position(part) else {
            return;
        };
        let Sending { range, begun, .. } = self.sending.swap_remove(at);
        let elapsed = Duration::from_secs_f64(network.now - begun);
        let since = Duration::from_secs_f64(network.now - self.begun.unwrap_or_default());
        self.streams.acknowledged(range.len_bytes, since, None);
        self.average.acknowledged(range.len_bytes, elapsed);
        self.rates.push(StreamRate::of(range.len_bytes, elapsed));
        self.idle.push(connection);
    }

    fn start_parts(&mut self, network: &mut Network) {
        let streams = self.streams.count_for(self.len_bytes);
        while self.connections < streams && self.plan.has_next() {
            network.connect();
            self.connections += 1;
        }
        while self.sending.len() < streams
            && self.plan.has_next()
            && let Some(connection) = self.idle.pop()
        {
            let rate = self.rates.pop().unwrap_or_default();
            let next = self.plan.next(rate, streams, round_trip(network), None);
            let Some(range) = next else { return };
            network.request(connection, range.len_bytes + SMALL_REQUEST_BYTES);
            self.sending.push(Sending {
                connection,
                range,
                begun: network.now,
            });
        }
    }

    fn stop_stuck(&mut self, network: &mut Network) {
        if self.plan.has_next() || self.sending.len() > self.streams.count_for(self.len_bytes) / 4 {
            return;
        }
        let round_trip = round_trip(network);
        let (now, average, spread) = (network.now, self.average, &self.spread);
        let stuck: Vec<_> = self
            .sending
            .extract_if(.., |part| {
                let limit = average.stuck_after(part.range.len_bytes, round_trip);
                let elapsed = Duration::from_secs_f64(now - part.begun);
                limit.is_some_and(|limit| elapsed > limit)
                    && !spread.iter().any(|whole| whole.holds(part.range))
            })
            .collect();
        for part in stuck {
            network.abort(part.connection);
            network.connect();
            self.plan
                .spread(part.range, self.streams.count_for(self.len_bytes));
            self.spread.push(part.range);
        }
    }
}
