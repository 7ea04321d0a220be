//! Shapes one connection: two pumps between its socket and the server, one for each direction.
//!
//! A pump reads a chunk, waits until the rates let it leave, stamps it with the time of its
//! arrival at the other end, and hands it to a second task that delivers it then. So any number of bytes is in flight.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Network;
use super::pacer::Pacer;
use crate::clock;

/// What the server side of the pipe buffers.
const PIPE_BYTES: usize = 256 * 1024;
/// The unit of pacing: small, so that connections share the total rate fairly.
const CHUNK_BYTES: usize = 16 * 1024;
/// What may be in flight in one direction: 16 MiB. That is far above rate times delay, so it limits only a stalled server.
const CHUNKS_IN_FLIGHT: usize = 1024;

/// The tasks that move the bytes of one shaped connection.
#[derive(Debug)]
pub(super) struct Pumps {
    socket: Arc<TcpStream>,
    tasks: JoinSet<()>,
}

impl Pumps {
    /// Stops moving bytes and lets the socket end with a TCP reset.
    pub(super) fn reset(&mut self) {
        // If the option cannot be set, the socket closes normally, which a client sees as a cut as well.
        drop(self.socket.set_zero_linger());
        self.tasks.abort_all();
    }
}

impl Drop for Pumps {
    fn drop(&mut self) {
        // The pumps still deliver what the server wrote, then end. After a reset they are aborted already.
        self.tasks.detach_all();
    }
}

/// A chunk on its way, and when it arrives.
struct InFlight {
    arrives_at: Instant,
    bytes: Bytes,
}

/// Puts the delay and the rates between `socket` and the returned pipe.
pub(super) fn shape(socket: TcpStream, network: &Arc<Network>) -> (DuplexStream, Pumps) {
    let (inner, outer) = tokio::io::duplex(PIPE_BYTES);
    let (from_server, to_server) = tokio::io::split(outer);
    let socket = Arc::new(socket);
    let one_way = network.link.round_trip / 2;
    // The client is connected at once; on a real network it would have waited for a round trip.
    let opened_at = clock::instant() + network.link.round_trip;
    let mut tasks = JoinSet::new();

    let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let (from_client, pacer, shared) = (
        Arc::clone(&socket),
        network.link.connection_rate.map(Pacer::new),
        Arc::clone(network),
    );
    tasks.spawn(async move {
        wait_until(opened_at).await;
        let mut buffer = vec![0; CHUNK_BYTES];
        while let Ok(Some(read)) = read_socket(&from_client, &mut buffer).await {
            let bytes = Bytes::copy_from_slice(&buffer[..read]);
            if !send(
                &sender,
                bytes,
                one_way,
                pacer.as_ref(),
                shared.to_server.as_ref(),
            )
            .await
            {
                break;
            }
        }
    });
    tasks.spawn(deliver_to_server(receiver, to_server));

    let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let (pacer, shared) = (
        network.link.connection_rate.map(Pacer::new),
        Arc::clone(network),
    );
    tasks.spawn(async move {
        let mut from_server: ReadHalf<DuplexStream> = from_server;
        let mut buffer = vec![0; CHUNK_BYTES];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            let bytes = Bytes::copy_from_slice(&buffer[..read]);
            if !send(
                &sender,
                bytes,
                one_way,
                pacer.as_ref(),
                shared.to_client.as_ref(),
            )
            .await
            {
                break;
            }
        }
    });
    tasks.spawn(deliver_to_client(receiver, Arc::clone(&socket)));

    (inner, Pumps { socket, tasks })
}

/// Waits until `bytes` have left at both rates, then sends them. Returns whether the receiver is still there.
async fn send(
    sender: &mpsc::Sender<InFlight>,
    bytes: Bytes,
    one_way: Duration,
    connection: Option<&Pacer>,
    total: Option<&Pacer>,
) -> bool {
    let mut left_at = clock::instant();
    for pacer in [connection, total].into_iter().flatten() {
        left_at = pacer.departure(bytes.len(), left_at);
        wait_until(left_at).await;
    }
    sender
        .send(InFlight {
            arrives_at: left_at + one_way,
            bytes,
        })
        .await
        .is_ok()
}

/// Waits until a time, or a little less.
///
/// The timer rounds up to a millisecond. Rounding to the nearest keeps the average right,
/// and a chunk that is already due does not wait.
async fn wait_until(time: Instant) {
    const HALF_TICK: Duration = Duration::from_micros(500);
    if let Some(early) = time
        .checked_sub(HALF_TICK)
        .filter(|early| *early > clock::instant())
    {
        sleep_until(early).await;
    }
}

async fn deliver_to_server(
    mut in_flight: mpsc::Receiver<InFlight>,
    mut server: WriteHalf<DuplexStream>,
) {
    while let Some(chunk) = in_flight.recv().await {
        wait_until(chunk.arrives_at).await;
        if server.write_all(&chunk.bytes).await.is_err() {
            return;
        }
    }
    // The client has closed its side. It does not matter if the server has gone, too.
    drop(server.shutdown().await);
}

async fn deliver_to_client(mut in_flight: mpsc::Receiver<InFlight>, socket: Arc<TcpStream>) {
    while let Some(chunk) = in_flight.recv().await {
        wait_until(chunk.arrives_at).await;
        if write_socket(&socket, &chunk.bytes).await.is_err() {
            return;
        }
    }
    // The server has closed its side, but the reading pump may still hold the socket open.
    drop(socket2::SockRef::from(&*socket).shutdown(std::net::Shutdown::Write));
}

/// Reads from a shared socket; `None` at its end.
async fn read_socket(socket: &TcpStream, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        socket.readable().await?;
        match socket.try_read(buffer) {
            Ok(0) => return Ok(None),
            Ok(read) => return Ok(Some(read)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes all of `bytes` to a shared socket.
async fn write_socket(socket: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        socket.writable().await?;
        match socket.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
