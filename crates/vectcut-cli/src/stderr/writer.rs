//! The thread that writes standard error, and the queue in front of it.
//!
//! A pipe that nobody reads, or a terminal that is held with Ctrl-S, blocks this thread and no other.

use std::io::{self, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::json_events::{Line, Note};

/// How many bytes may wait for the reader before log lines and frames of the bars are dropped.
const WAITING_MAX_BYTES: usize = 1024 * 1024;
/// How long to wait before trying again to write to a stream that is set to non-blocking.
const NON_BLOCKING_POLL: Duration = Duration::from_millis(20);

/// The way into the queue. Clones are the same queue.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Shared>);

#[derive(Default)]
struct Shared {
    json: bool,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<u8>,
    /// Whether the thread is writing what it took from `waiting`.
    is_writing: bool,
    /// How many times the system accepted bytes; a reader that is alive makes it grow.
    writes: u64,
    /// Log lines that were dropped since the last note about them.
    dropped_lines: usize,
    /// Whether the reader has gone.
    is_closed: bool,
}

impl Writer {
    /// Starts the thread that writes standard error.
    ///
    /// With `json` the note about dropped lines is a JSON object too.
    pub(super) fn start(json: bool) -> Self {
        Self::with(json, |bytes| io::stderr().lock().write(bytes))
    }

    /// Starts a thread that writes elsewhere.
    pub(crate) fn writing_to(
        write: impl FnMut(&[u8]) -> io::Result<usize> + Send + 'static,
    ) -> Self {
        Self::with(false, write)
    }

    fn with(json: bool, write: impl FnMut(&[u8]) -> io::Result<usize> + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            json,
            ..Shared::default()
        });
        let writer = Self(shared.clone());
        thread::spawn(move || shared.run(write));
        writer
    }

    /// Queues text that must be shown.
    pub(super) fn push(&self, text: &[u8]) {
        let mut queue = self.0.lock();
        if !queue.is_closed {
            queue.waiting.extend_from_slice(text);
            self.0.changed.notify_all();
        }
    }

    /// Queues a log line; drops it when too much is waiting, and a note counts it.
    pub(super) fn log(&self, line: &[u8]) {
        if self.is_full() {
            self.0.lock().dropped_lines += 1;
        } else {
            self.push(line);
        }
    }

    /// Queues a frame of the bars; drops it when too much is waiting.
    pub(crate) fn draw(&self, frame: &[u8]) {
        if !self.is_full() {
            self.push(frame);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.lock().waiting.len() >= WAITING_MAX_BYTES
    }

    /// Waits until the queue is empty; gives up when the system accepts nothing for `patience`.
    pub(super) fn drain(&self, patience: Duration) {
        let mut queue = self.0.lock();
        while !queue.is_idle() {
            let before = queue.writes;
            let no_progress = |queue: &mut Queue| !queue.is_idle() && queue.writes == before;
            let (next, waited) = self
                .0
                .changed
                .wait_timeout_while(queue, patience, no_progress)
                .unwrap_or_else(PoisonError::into_inner);
            queue = next;
            if waited.timed_out() {
                return;
            }
        }
    }

    /// Waits until the queue is empty, for `at_most` this long.
    pub(crate) fn drain_within(&self, at_most: Duration) {
        let is_busy = |queue: &mut Queue| !queue.is_idle();
        let waited = self
            .0
            .changed
            .wait_timeout_while(self.0.lock(), at_most, is_busy);
        drop(waited);
    }
}

impl Queue {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.is_writing
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is queued until the reader has gone.
    fn run(&self, mut write: impl FnMut(&[u8]) -> io::Result<usize>) {
        loop {
            let text = self.take();
            let mut rest = text.as_slice();
            while !rest.is_empty() {
                match write(rest) {
                    Ok(0) => return self.close(),
                    Ok(written) => {
                        rest = &rest[written..];
                        self.lock().writes += 1;
                        self.changed.notify_all();
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        thread::sleep(NON_BLOCKING_POLL);
                    }
                    // Nobody reads it any more, and there is no other place to say so.
                    Err(_) => return self.close(),
                }
            }
            self.lock().is_writing = false;
            self.changed.notify_all();
        }
    }

    /// Waits for text and takes it, with a note about lines that were dropped after it.
    fn take(&self) -> Vec<u8> {
        let mut queue = self
            .changed
            .wait_while(self.lock(), |queue| queue.waiting.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        queue.is_writing = true;
        let mut text = std::mem::take(&mut queue.waiting);
        if let lines @ 1.. = std::mem::take(&mut queue.dropped_lines) {
            let note = format!("{lines} log lines were dropped: standard error was not read");
            let note = match self.json {
                true => Line::Note(Note { message: note }).text(),
                false => format!("({note})\n"),
            };
            text.extend_from_slice(note.as_bytes());
        }
        text
    }

    fn close(&self) {
        let mut queue = self.lock();
        queue.is_closed = true;
        queue.is_writing = false;
        queue.waiting.clear();
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// A writer whose writes wait until the test accepts them; what was accepted is received.
    fn held() -> (Writer, mpsc::Sender<()>, mpsc::Receiver<Vec<u8>>) {
        let (accept, accepted) = mpsc::channel();
        let (written, writes) = mpsc::channel();
        let writer = Writer::writing_to(move |bytes: &[u8]| {
            accepted
                .recv()
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            written.send(bytes.to_vec()).expect("the test receives it");
            Ok(bytes.len())
        });
        (writer, accept, writes)
    }

    #[test]
    fn a_reader_that_does_not_read_holds_up_nobody() {
        let (writer, accept, writes) = held();
        writer.push(b"first\n");
        writer.push(b"second\n");
        writer.drain_within(Duration::from_millis(1));
        writer.drain(Duration::from_millis(1));
        assert!(writes.try_recv().is_err(), "nothing was accepted yet");
        for _ in 0..2 {
            accept.send(()).expect("the thread waits for it");
        }
        writer.drain(LONG);
        let written: Vec<u8> = writes.try_iter().flatten().collect();
        assert_eq!(written, b"first\nsecond\n");
    }

    #[test]
    fn everything_is_written_in_order() {
        let (written, writes) = mpsc::channel();
        let writer = Writer::writing_to(move |bytes: &[u8]| {
            written.send(bytes[0]).expect("the test receives it");
            Ok(1)
        });
        writer.push(b"ab");
        writer.log(b"c");
        writer.draw(b"d");
        writer.drain(LONG);
        let bytes: Vec<u8> = writes.try_iter().collect();
        assert_eq!(bytes, b"abcd");
    }

    #[test]
    fn log_lines_beyond_the_limit_are_dropped_and_counted_and_errors_are_not() {
        let (writer, accept, writes) = held();
        let line = [[b'x'; 1023].as_slice(), b"\n"].concat();
        writer.push(b"begun\n");
        // Once the thread holds this first text, all that follows waits.
        while !writer.0.lock().is_writing {
            thread::yield_now();
        }
        for _ in 0..WAITING_MAX_BYTES / line.len() + 2 {
            writer.log(&line);
        }
        writer.draw(b"a frame");
        writer.push(b"error: the end\n");
        for _ in 0..2 {
            accept.send(()).expect("the thread writes");
        }
        assert_eq!(writes.recv().expect("a write"), b"begun\n");
        let rest = String::from_utf8(writes.recv().expect("a write")).expect("text");
        assert!(
            rest.ends_with(
                "error: the end\n(2 log lines were dropped: standard error was not read)\n"
            ),
            "{}",
            &rest[rest.len() - 200..]
        );
    }

    #[test]
    fn a_reader_that_left_ends_the_waiting() {
        let writer = Writer::writing_to(|_: &[u8]| Err(io::ErrorKind::BrokenPipe.into()));
        writer.push(b"nobody reads this\n");
        writer.drain(LONG);
        writer.push(b"nor this\n");
        writer.drain(LONG);
    }
}
