//! What a network does to the packets that go one way. Times are since its begin; nothing here reads a clock.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

/// On Ethernet a packet of IP has this much more: header, checksum, preamble and gap.
const FRAME_EXTRA_BYTES: usize = 38;

/// Where the addresses and ports are in a packet of IPv4 without options.
const CONNECTION: std::ops::Range<usize> = 12..24;

/// What a network does. A rate of 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// One way.
    pub(crate) delay: Duration,
    pub(crate) link_bits_per_second: f64,
    pub(crate) connection_bits_per_second: f64,
    /// The share of packets that are lost at random.
    pub(crate) loss: f64,
    /// How long a packet may wait for its connection's turn, and twice as long for the link's, which all share. One that
    /// would wait longer is lost.
    pub(crate) queue: Duration,
}

/// When a packet moves on, its number, and the packet.
type Waiting = Reverse<(Duration, u64, Vec<u8>)>;

/// One direction of a network, and the packets in it.
#[derive(Debug)]
pub(crate) struct Direction {
    shape: Shape,
    random: u64,
    number: u64,
    /// When the link, or a connection, has sent all that waits for it.
    link_free_at: Duration,
    free_at: HashMap<Vec<u8>, Duration>,
    /// Packets that their connection's rate holds back.
    shaped: BinaryHeap<Waiting>,
    /// Packets beyond the link, with the time of their arrival.
    under_way: VecDeque<(Duration, Vec<u8>)>,
}

impl Direction {
    pub(crate) fn new(shape: Shape, seed: u64) -> Self {
        Self {
            shape,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            number: 0,
            link_free_at: Duration::ZERO,
            free_at: HashMap::new(),
            shaped: BinaryHeap::new(),
            under_way: VecDeque::new(),
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        self.shape.delay
    }

    /// Takes a packet that arrives now, or loses it.
    pub(crate) fn take(&mut self, packet: Vec<u8>, now: Duration) {
        if self.is_lost() {
            return;
        }
        let rate = self.shape.connection_bits_per_second;
        let Some(connection) = packet.get(CONNECTION).filter(|_| rate > 0.0) else {
            self.pass_link(packet, now);
            return;
        };
        let free_at = self.free_at.entry(connection.to_vec()).or_default();
        let start = now.max(*free_at);
        if start > now + self.shape.queue {
            return;
        }
        let leaves_at = start + on_the_wire(&packet, rate);
        *free_at = leaves_at;
        self.number += 1;
        self.shaped.push(Reverse((leaves_at, self.number, packet)));
    }

    fn pass_link(&mut self, packet: Vec<u8>, now: Duration) {
        let mut leaves_at = now;
        if self.shape.link_bits_per_second > 0.0 {
            let start = now.max(self.link_free_at);
            if start > now + 2 * self.shape.queue {
                return;
            }
            leaves_at = start + on_the_wire(&packet, self.shape.link_bits_per_second);
            self.link_free_at = leaves_at;
        }
        self.under_way
            .push_back((leaves_at + self.shape.delay, packet));
    }

    /// Adds the packets that have arrived by now.
    pub(crate) fn deliver(&mut self, now: Duration, arrived: &mut Vec<Vec<u8>>) {
        while self
            .shaped
            .peek()
            .is_some_and(|Reverse((at, ..))| *at <= now)
        {
            if let Some(Reverse((leaves_at, _, packet))) = self.shaped.pop() {
                self.pass_link(packet, leaves_at);
            }
        }
        while self.under_way.front().is_some_and(|(at, _)| *at <= now) {
            arrived.extend(self.under_way.pop_front().map(|(_, packet)| packet));
        }
    }

    /// Returns a time before which no packet arrives that is here by now.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        let under_way = self.under_way.front().map(|(at, _)| *at);
        let shaped = self
            .shaped
            .peek()
            .map(|Reverse((at, ..))| *at + self.shape.delay);
        [under_way, shaped].into_iter().flatten().min()
    }

    fn is_lost(&mut self) -> bool {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        #[expect(clippy::cast_precision_loss, reason = "52 bits are kept")]
        let unit = (self.random >> 12) as f64 / (1_u64 << 52) as f64;
        unit < self.shape.loss
    }
}

fn on_the_wire(packet: &[u8], bits_per_second: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "a packet is short")]
    let bits = (packet.len() + FRAME_EXTRA_BYTES) as f64 * 8.0;
    Duration::from_secs_f64(bits / bits_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        delay: Duration::from_millis(20),
        link_bits_per_second: 0.0,
        connection_bits_per_second: 0.0,
        loss: 0.0,
        queue: Duration::from_millis(50),
    };

    /// A packet that takes a millisecond at 1 Mbit/s, of a connection with this number.
    fn packet(connection: u8) -> Vec<u8> {
        vec![connection; 125 - FRAME_EXTRA_BYTES]
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Gives `count` packets of each connection at once, and returns when they arrive, in milliseconds.
    fn arrivals(shape: Shape, connections: u8, count: usize) -> Vec<u64> {
        let mut direction = Direction::new(shape, 1);
        for connection in 0..connections {
            (0..count).for_each(|_| direction.take(packet(connection), Duration::ZERO));
        }
        let mut times = Vec::new();
        for at in 0..500 {
            let mut arrived = Vec::new();
            direction.deliver(millis(at), &mut arrived);
            times.extend(arrived.iter().map(|_| at));
            assert!(direction.next_at().is_none_or(|next| next > millis(at)));
        }
        times
    }

    #[test]
    fn a_packet_takes_the_delay_and_its_time_on_the_link() {
        assert_eq!(arrivals(SHAPE, 1, 2), [20, 20]);
        let slow = Shape {
            link_bits_per_second: 1e6,
            ..SHAPE
        };
        assert_eq!(arrivals(slow, 1, 3), [21, 22, 23]);
        assert_eq!(
            arrivals(slow, 1, 1000).len(),
            101,
            "the queue of the link is twice as long"
        );
    }

    #[test]
    fn each_connection_has_its_rate_and_its_queue() {
        let slow = Shape {
            connection_bits_per_second: 1e6,
            ..SHAPE
        };
        assert_eq!(arrivals(slow, 2, 2), [21, 21, 22, 22]);
        assert_eq!(arrivals(slow, 2, 1000).len(), 2 * 51);
    }

    #[test]
    fn packets_are_lost_as_often_as_asked_for() {
        let lossy = Shape { loss: 0.1, ..SHAPE };
        assert!((850..950).contains(&arrivals(lossy, 1, 1000).len()));
    }
}
