//! A reader that stops after a number of reads and bytes, whatever the parser above it asks for.

use std::io::{self, Read, Seek, SeekFrom};

/// How many bytes are read of one file. The headers of the formats need a few kilobytes.
const BYTES_MAX: usize = 1024 * 1024;
/// How many reads and seeks one file gets. On a slow network share each of them takes milliseconds.
const STEPS_MAX: usize = 512;

/// A source of which only a part is ever read. Beyond it every read and seek fails.
pub(super) struct Budgeted<R> {
    source: R,
    bytes_left: usize,
    steps_left: usize,
}

impl<R> Budgeted<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            bytes_left: BYTES_MAX,
            steps_left: STEPS_MAX,
        }
    }

    fn step(&mut self) -> io::Result<()> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or_else(spent)?;
        Ok(())
    }
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step()?;
        if self.bytes_left == 0 && !buffer.is_empty() {
            return Err(spent());
        }
        let at_most = buffer.len().min(self.bytes_left);
        let read = self.source.read(&mut buffer[..at_most])?;
        self.bytes_left -= read;
        Ok(read)
    }
}

impl<R: Seek> Seek for Budgeted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.step()?;
        self.source.seek(to)
    }
}

fn spent() -> io::Error {
    io::Error::other("no more of this file is read")
}
