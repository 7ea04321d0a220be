//! Buffers that are reused: a new one for every read would cost as much as encrypting its bytes.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// The free buffers of an uploader.
#[derive(Debug, Default)]
pub(crate) struct BufferPool(Mutex<Vec<Vec<u8>>>);

/// A buffer from a pool. Dropping it gives it back to the pool.
pub(crate) struct Buffer {
    buffer: Vec<u8>,
    pool: Arc<BufferPool>,
}

impl BufferPool {
    /// Returns a buffer of this length. Its content is arbitrary.
    pub(crate) fn take(self: &Arc<Self>, len_bytes: usize) -> Buffer {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = free.unwrap_or_default();
        buffer.resize(len_bytes, 0);
        Buffer {
            buffer,
            pool: self.clone(),
        }
    }
}

impl Buffer {
    /// Returns the bytes to fill.
    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// Returns the filled buffer as data of a request body.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Buffer {
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
        let pool = Arc::new(BufferPool::default());
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
