//! One accepted connection: the socket, or the shaped pipe in front of it, with a gate that an outage closes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep_until};

use super::shaper::{self, Pumps};
use super::{Control, Network};

/// The bytes of one connection as the server reads and writes them.
///
/// Dropping it closes the socket, with a TCP reset if the connection's [`Control`] asks for it.
#[derive(Debug)]
pub(crate) struct Connection {
    pipe: Pipe,
    network: Arc<Network>,
    control: Arc<Control>,
    gate: Option<Pin<Box<Sleep>>>,
    /// How many bytes may still come before the connection is cut.
    left_bytes: Option<u64>,
}

#[derive(Debug)]
enum Pipe {
    Direct(TcpStream),
    Shaped { inner: DuplexStream, pumps: Pumps },
}

impl Connection {
    /// Connects `socket` to the network.
    pub(crate) fn new(socket: TcpStream, network: Arc<Network>, control: Arc<Control>) -> Self {
        let pipe = if network.link.is_shaped() {
            let (inner, pumps) = shaper::shape(socket, &network);
            Pipe::Shaped { inner, pumps }
        } else {
            Pipe::Direct(socket)
        };
        Self {
            pipe,
            left_bytes: network.link.cut_after_bytes,
            network,
            control,
            gate: None,
        }
    }

    /// Counts the bytes of `buf` after the first `before`, and flips a bit of them if a fault asks for it.
    /// Returns whether the server may see them.
    fn disturb(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> bool {
        let came = buf.filled_mut().get_mut(before..).unwrap_or_default();
        if let Some(last) = came.last_mut()
            && self.control.takes_flip()
        {
            *last ^= 1;
        }
        let came = u64::try_from(came.len()).unwrap_or(u64::MAX);
        match &mut self.left_bytes {
            None => true,
            Some(left) if came <= *left => {
                *left -= came;
                true
            }
            Some(_) => {
                self.control.reset();
                false
            }
        }
    }

    /// Waits for the end of an outage.
    fn poll_gate(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(until) = self.network.silent_until() {
            let gate = self
                .gate
                .get_or_insert_with(|| Box::pin(sleep_until(until)));
            gate.as_mut().reset(until);
            if gate.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_gate(cx));
        let before = buf.filled().len();
        let read = match &mut self.pipe {
            Pipe::Direct(socket) => Pin::new(socket).poll_read(cx, buf),
            Pipe::Shaped { inner, .. } => Pin::new(inner).poll_read(cx, buf),
        };
        std::task::ready!(read)?;
        if self.disturb(buf, before) {
            Poll::Ready(Ok(()))
        } else {
            // The connection's task notices the reset and ends this one.
            Poll::Pending
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_gate(cx));
        match &mut self.pipe {
            Pipe::Direct(socket) => Pin::new(socket).poll_write(cx, buf),
            Pipe::Shaped { inner, .. } => Pin::new(inner).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Direct(socket) => Pin::new(socket).poll_flush(cx),
            Pipe::Shaped { inner, .. } => Pin::new(inner).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Direct(socket) => Pin::new(socket).poll_shutdown(cx),
            Pipe::Shaped { inner, .. } => Pin::new(inner).poll_shutdown(cx),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.control.is_reset() {
            return;
        }
        // If the option cannot be set, the socket closes normally, which a client sees as a cut as well.
        match &mut self.pipe {
            Pipe::Direct(socket) => drop(socket.set_zero_linger()),
            Pipe::Shaped { pumps, .. } => pumps.reset(),
        }
    }
}
