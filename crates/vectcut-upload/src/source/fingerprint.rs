//! Checksums of the local file: of a few samples, to notice a change soon, and of whole ranges, to be sure.

use std::{fs::File, io};

use oss_client::{Crc64, Crc64Digest};

use super::read_at;

/// How much of each end of a file its fingerprint covers.
const END_BYTES: u64 = 64 * 1024;

/// How many places between the ends it covers, and how much of each.
const SAMPLES: u64 = 8;
const SAMPLE_BYTES: u64 = 4 * 1024;

/// How much is read at a time. The digest is faster than the memory, so a larger buffer gains nothing.
const BUFFER_BYTES: usize = 256 * 1024;

/// Returns a CRC-64 over head, tail and samples, at the price of a few reads whatever the length. An editor, or a
/// download that still runs, changes these.
pub(super) fn fingerprint(file: &File, len_bytes: u64) -> io::Result<u64> {
    let ends = [
        (0, END_BYTES),
        (len_bytes.saturating_sub(END_BYTES), END_BYTES),
    ];
    let samples = (1..=SAMPLES).map(|index| (len_bytes / (SAMPLES + 1) * index, SAMPLE_BYTES));
    let mut digest = Crc64Digest::new();
    let mut buffer = Vec::new();
    for (offset, wanted) in ends.into_iter().chain(samples) {
        buffer.resize(
            usize::try_from(wanted.min(len_bytes - offset)).unwrap_or_default(),
            0,
        );
        let count = read_at(file, &mut buffer, offset)?;
        digest.update(&buffer[..count]);
    }
    Ok(digest.value().value())
}

/// Returns the CRC-64 of a range. A file that ends before the range does is an error.
pub(super) fn crc64(file: &File, offset: u64, len_bytes: u64) -> io::Result<Crc64> {
    let mut digest = Crc64Digest::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let (mut at, end) = (offset, offset + len_bytes);
    while at < end {
        let wanted = usize::try_from(end - at)
            .unwrap_or(BUFFER_BYTES)
            .min(BUFFER_BYTES);
        match read_at(file, &mut buffer[..wanted], at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                digest.update(&buffer[..count]);
                at += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(digest.value())
}
