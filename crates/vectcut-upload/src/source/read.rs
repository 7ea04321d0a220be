//! Reading a file by position, on every system.

use std::{fs::File, io};

/// Reads as many bytes as there are at `offset`, up to the length of `buffer`.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads as many bytes as there are at `offset`, up to the length of `buffer`.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Fills `buffer` from `offset` if all of it is in the page cache, and returns whether it was; never waits for a disk.
#[cfg(target_os = "linux")]
pub(crate) fn read_cached(file: &File, buffer: &mut [u8], offset: u64) -> bool {
    let len_bytes = buffer.len();
    let mut slices = [io::IoSliceMut::new(buffer)];
    let read = rustix::io::preadv2(
        file,
        &mut slices,
        offset,
        rustix::io::ReadWriteFlags::NOWAIT,
    );
    read.is_ok_and(|count| count == len_bytes)
}

/// Other systems do not tell whether a read would wait.
#[cfg(not(target_os = "linux"))]
pub(crate) fn read_cached(_: &File, _: &mut [u8], _: u64) -> bool {
    false
}
