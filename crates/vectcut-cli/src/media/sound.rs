//! WAV and MP3: how long they play.

use std::io::{Read, Seek};
use std::time::Duration;

use lofty::config::ParseOptions;
use lofty::file::AudioFile;
use lofty::iff::wav::WavFile;
use lofty::mpeg::MpegFile;
use lofty::properties::FileProperties;

use super::{Kind, Media};

/// Reads the headers of a WAV file.
pub(super) fn wav(reader: &mut (impl Read + Seek), len_bytes: u64) -> Option<Media> {
    let file = WavFile::read_from(reader, options()).ok()?;
    media((*file.properties()).into(), len_bytes)
}

/// Reads the headers of an MP3 file.
pub(super) fn mp3(reader: &mut (impl Read + Seek), len_bytes: u64) -> Option<Media> {
    let file = MpegFile::read_from(reader, options()).ok()?;
    media((*file.properties()).into(), len_bytes)
}

/// Tags are skipped: they may hold pictures of megabytes.
fn options() -> ParseOptions {
    ParseOptions::new().read_tags(false).read_cover_art(false)
}

fn media(properties: FileProperties, len_bytes: u64) -> Option<Media> {
    let duration = Some(properties.duration())
        .filter(|duration| !duration.is_zero())
        .filter(|&duration| fits(duration, properties.audio_bitrate(), len_bytes));
    properties.sample_rate().filter(|&rate| rate > 0)?;
    Some(Media {
        kind: Kind::Audio,
        duration,
        size: None,
    })
}

/// Returns whether a file of this length can hold sound of this duration.
///
/// A recording that was cut, or written to a pipe, claims more in its header. The bit rate is rounded to thousands, so
/// a tenth more is believed.
fn fits(duration: Duration, bitrate_kbps: Option<u32>, len_bytes: u64) -> bool {
    let claimed_bytes = duration.as_millis() * u128::from(bitrate_kbps.unwrap_or(0)) / 8;
    claimed_bytes <= u128::from(len_bytes) * 11 / 10
}
