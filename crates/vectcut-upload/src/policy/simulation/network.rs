//! A network path and the TCP connections over it, as numbers: no socket, no clock, no luck.
//!
//! Every segment is one event. A connection follows Linux: an initial window of ten segments, slow start with HyStart,
//! CUBIC (RFC 9438), loss detection by later acknowledgements (RACK), a tail-loss probe, a retransmission time-out, slow
//! start after idle, and a send buffer that grows with the window. The bottleneck is one drop-tail queue for all
//! connections; each connection may have a shaper of its own in front of it.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    random::Random,
    tcp::{Connection, Segment},
};

/// Payload of one segment, and what it occupies on the wire.
pub(super) const SEGMENT_BYTES: f64 = 1448.0;
/// How late a timer may fire, in seconds.
const TIMER_TICK: f64 = 0.004;
/// How much longer a handshake or a response may take, since both ends are computers that do other things too.
const WORK: f64 = 0.002;
const WIRE_FACTOR: f64 = 1538.0 / 1448.0;

/// What a path does to packets. Rates are bits per second of the wire; 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub(super) round_trip: f64,
    pub(super) link_rate: f64,
    pub(super) connection_rate: f64,
    /// How long a packet may wait at the link before it is dropped, in seconds; half of it at its connection's shaper.
    pub(super) queue: f64,
    /// The share of packets that are lost at random.
    pub(super) loss: f64,
}

/// What the program on top of the connections hears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Event {
    /// The connection is made, TLS included.
    Connected(usize),
    /// The response is here.
    Response(usize),
    /// A timer that the program set.
    Alarm,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Tell(Event),
    /// A segment has passed its connection's shaper.
    AtLink(usize, Segment),
    Acknowledged(usize, Segment),
    TailTimer(usize, u64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Scheduled {
    at: f64,
    order: u64,
    step: Step,
}

impl Eq for Scheduled {}
impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at
            .total_cmp(&other.at)
            .then(self.order.cmp(&other.order))
    }
}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Time, the path and its connections.
pub(super) struct Network {
    pub(super) now: f64,
    pub(super) path: Path,
    pub(super) connections: Vec<Connection>,
    /// Segments are sent in groups of this many, as with segmentation offload: fewer events for large files.
    group: f64,
    agenda: BinaryHeap<Reverse<Scheduled>>,
    order: u64,
    link_free_at: f64,
    random: Random,
}

impl Network {
    /// Returns a path without connections. `group` is how many segments travel as one event.
    pub(super) fn new(path: Path, group: u32, seed: u64) -> Self {
        Self {
            now: 0.0,
            path,
            connections: Vec::new(),
            group: f64::from(group),
            agenda: BinaryHeap::new(),
            order: 0,
            link_free_at: 0.0,
            random: Random::new(seed),
        }
    }

    /// Opens a connection; [`Event::Connected`] comes after the handshakes of TCP and TLS 1.3.
    pub(super) fn connect(&mut self) -> usize {
        let index = self.connections.len();
        let segment_bytes = SEGMENT_BYTES * self.group;
        self.connections
            .push(Connection::new(segment_bytes, self.path.round_trip));
        let mut took = 0.0;
        for message in 0..4 {
            while self.is_lost() {
                took += if message < 2 {
                    1.0
                } else {
                    0.2 + self.path.round_trip
                };
            }
        }
        took += 2.0 * (self.path.round_trip + self.queued()) + self.random.unit() * WORK;
        self.schedule(self.now + took, Step::Tell(Event::Connected(index)));
        index
    }

    /// Sends a request on a connection that has none.
    pub(super) fn request(&mut self, index: usize, bytes: u64) {
        self.connections[index].begin_request(bytes as f64, self.now);
        self.send(index);
    }

    /// Closes a connection. The system still sends what it has accepted.
    pub(super) fn abort(&mut self, index: usize) {
        self.connections[index].abort();
    }

    /// Asks for [`Event::Alarm`].
    pub(super) fn alarm(&mut self, after: f64) {
        self.schedule(self.now + after, Step::Tell(Event::Alarm));
    }

    /// Returns how long a packet that arrives at the link now would wait.
    fn queued(&self) -> f64 {
        (self.link_free_at - self.now).max(0.0)
    }

    /// Runs until the program hears something; `None` when nothing is left to happen.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        loop {
            let Reverse(Scheduled { at, step, .. }) = self.agenda.pop()?;
            self.now = at;
            match step {
                Step::Tell(event) => return Some(event),
                Step::AtLink(index, segment) => self.pass_link(index, segment),
                Step::Acknowledged(index, segment) => {
                    let finished = self.connections[index].acknowledged(segment, self.now);
                    self.send(index);
                    if finished {
                        let mut response_at = self.now + self.random.unit() * WORK;
                        while self.is_lost() {
                            response_at += 0.2 + 2.0 * self.path.round_trip;
                        }
                        self.schedule(response_at, Step::Tell(Event::Response(index)));
                    }
                }
                Step::TailTimer(index, stamp) => {
                    if self.connections[index].tail_timer(stamp) {
                        self.send(index);
                    }
                }
            }
        }
    }

    /// Lets a connection send what its window allows.
    fn send(&mut self, index: usize) {
        while let Some(segment) = self.connections[index].next_segment(self.now) {
            let group = (segment.bytes / SEGMENT_BYTES).ceil().max(1.0);
            let lost = 1.0 - (1.0 - self.path.loss).powf(group);
            if self.random.unit() < lost {
                continue;
            }
            if self.path.connection_rate == 0.0 {
                self.pass_link(index, segment);
                continue;
            }
            let connection = &mut self.connections[index];
            let start = connection.shaper_free_at.max(self.now);
            if start - self.now > self.path.queue / 2.0 {
                continue;
            }
            connection.shaper_free_at =
                start + segment.bytes * WIRE_FACTOR * 8.0 / self.path.connection_rate;
            let at = connection.shaper_free_at;
            self.schedule(at, Step::AtLink(index, segment));
        }
        if let Some(at) = self.connections[index].take_tail_timer(self.now) {
            let stamp = self.connections[index].stamp();
            // Timers fire at a tick of the system.
            let at = at + self.random.unit() * TIMER_TICK;
            self.schedule(at, Step::TailTimer(index, stamp));
        }
    }

    fn pass_link(&mut self, index: usize, segment: Segment) {
        let mut leaves_at = self.now;
        if self.path.link_rate > 0.0 {
            if self.queued() > self.path.queue {
                return;
            }
            let seconds = segment.bytes * WIRE_FACTOR * 8.0 / self.path.link_rate;
            self.link_free_at = self.link_free_at.max(self.now) + seconds;
            leaves_at = self.link_free_at;
        }
        self.schedule(
            leaves_at + self.path.round_trip,
            Step::Acknowledged(index, segment),
        );
    }

    fn schedule(&mut self, at: f64, step: Step) {
        self.order += 1;
        self.agenda.push(Reverse(Scheduled {
            at,
            order: self.order,
            step,
        }));
    }

    fn is_lost(&mut self) -> bool {
        self.path.loss > 0.0 && self.random.unit() < self.path.loss
    }
}
