//! The parts of an earlier run, compared with the file of today.
//!
//! A program may have changed the file and set its times back, so times prove nothing: the bytes are read again, beside
//! the sending of the other parts.

use futures_util::{Stream, StreamExt, stream};

use crate::{UploadError, source::SourceFile, stage::SafePart};

/// Reads the ranges of the kept parts one after the other, and yields each part whose bytes differ now.
pub(super) fn changed<'a>(
    source: &'a SourceFile,
    parts: &[SafePart],
) -> impl Stream<Item = Result<SafePart, UploadError>> + Send + use<'a> {
    stream::iter(parts.to_vec())
        .then(move |part| async move {
            let crc64 = source.crc64(part.offset, part.len_bytes).await?;
            Ok((crc64 != part.crc64()).then_some(part))
        })
        .filter_map(|compared| std::future::ready(compared.transpose()))
}
