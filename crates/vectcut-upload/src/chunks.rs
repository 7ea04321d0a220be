//! Buffers that are used again: a fresh one for every chunk would cost as much as encrypting it.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// The free buffers of an uploader.
#[derive(Debug, Default)]
pub(crate) struct ChunkPool(Mutex<Vec<Vec<u8>>>);

/// A buffer from a pool, which goes back there when it is dropped, by whoever drops it.
pub(crate) struct Chunk {
    buffer: Vec<u8>,
    pool: Arc<ChunkPool>,
}

impl ChunkPool {
    /// Returns a buffer of this length with arbitrary content.
    pub(crate) fn take(self: &Arc<Self>, len_bytes: usize) -> Chunk {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = free.unwrap_or_default();
        buffer.resize(len_bytes, 0);
        Chunk {
            buffer,
            pool: self.clone(),
        }
    }
}

impl Chunk {
    /// Returns the buffer to be filled.
    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// Returns the filled buffer as the data of a body.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.pool
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_its_last_reader_is_done() {
        let pool = Arc::new(ChunkPool::default());
        let bytes = pool.take(10).into_bytes();
        let part = bytes.slice(2..4);
        drop(bytes);
        assert_eq!(pool.0.lock().expect("no panic").len(), 0);
        drop(part);
        assert_eq!(pool.0.lock().expect("no panic").len(), 1);
        assert_eq!(pool.take(3).as_ref().len(), 3);
        assert_eq!(
            pool.0.lock().expect("no panic").len(),
            1,
            "the same buffer again"
        );
    }
}
