//! Emulates a network between two TUN devices: a delay, loss, a rate for each connection and one for all, and queues.
//!
//! `emulator RTT_MS LINK_MBIT CONNECTION_MBIT LOSS QUEUE_MS` takes the client's device as standard input, and the server's
//! as standard output: both are read and written. `tests/bench/peers/network.py` makes them and starts it. A rate of 0 is
//! no limit. It runs until it is killed or a device is gone.

mod direction;

use std::env;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use direction::{Direction, Shape};

/// The longest packet of a device, with room to spare.
const PACKET_BYTES: usize = 4096;

/// How long a thread sleeps at most when the network has no delay.
const SLEEP_MIN: Duration = Duration::from_millis(1);

fn main() -> io::Result<()> {
    let shape = shape()?;
    let (client, server) = (device(io::stdin())?, device(io::stdout())?);
    let back = carry(
        Direction::new(shape, 1),
        server.try_clone()?,
        client.try_clone()?,
    );
    let forth = carry(Direction::new(shape, 2), client, server);
    let ended = |thread: thread::JoinHandle<io::Result<()>>| {
        thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
    };
    ended(forth).and(ended(back))
}

/// Reads the arguments.
fn shape() -> io::Result<Shape> {
    let numbers: Vec<f64> = env::args()
        .skip(1)
        .map(|word| word.parse().map_err(io::Error::other))
        .collect::<io::Result<_>>()?;
    let [rtt_ms, link_mbit, connection_mbit, loss, queue_ms] = numbers[..] else {
        return Err(io::Error::other("five numbers are needed"));
    };
    Ok(Shape {
        delay: Duration::from_secs_f64(rtt_ms / 2e3),
        link_bits_per_second: link_mbit * 1e6,
        connection_bits_per_second: connection_mbit * 1e6,
        loss,
        queue: Duration::from_secs_f64(queue_ms / 1e3),
    })
}

fn device(stream: impl AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

/// Carries packets from one device to the other: one thread reads, and one writes when it is time.
fn carry(direction: Direction, from: File, to: File) -> thread::JoinHandle<io::Result<()>> {
    let begun = now();
    let sleep_max = direction.delay().max(SLEEP_MIN);
    let direction = Arc::new(Mutex::new(direction));
    let shared = direction.clone();
    thread::spawn(move || write_when_due(&shared, to, begun, sleep_max));
    thread::spawn(move || read_all(&direction, from, begun))
}

fn read_all(direction: &Mutex<Direction>, mut from: File, begun: Instant) -> io::Result<()> {
    let mut buffer = [0; PACKET_BYTES];
    loop {
        let len_bytes = from.read(&mut buffer)?;
        let packet = buffer[..len_bytes].to_vec();
        locked(direction).take(packet, since(begun));
    }
}

/// A packet that comes while this sleeps is not due before it wakes: it sleeps no longer than the delay.
fn write_when_due(direction: &Mutex<Direction>, mut to: File, begun: Instant, sleep_max: Duration) {
    let mut packets = Vec::new();
    loop {
        let next_at = {
            let mut direction = locked(direction);
            direction.deliver(since(begun), &mut packets);
            direction.next_at()
        };
        for packet in packets.drain(..) {
            // The queue of the device may be full: then the packet is lost. If the device is gone, the reader ends.
            let _ = to.write(&packet);
        }
        let wait = next_at.map_or(sleep_max, |at| at.saturating_sub(since(begun)));
        thread::sleep(wait.min(sleep_max));
    }
}

fn locked(direction: &Mutex<Direction>) -> MutexGuard<'_, Direction> {
    direction.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the emulator is about time")]
fn now() -> Instant {
    Instant::now()
}

fn since(begun: Instant) -> Duration {
    now().saturating_duration_since(begun)
}
