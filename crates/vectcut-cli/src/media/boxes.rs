//! MP4 and QuickTime: where `moov` stands among the boxes of the file, and what it says about the movie.
//!
//! Only headers of boxes are read, and the few boxes that hold the length and the size. The tables of a long recording
//! have megabytes; they are skipped.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use mp4_atom::{Atom, Hdlr, Mehd, Mvhd, Tkhd};

use super::{Kind, Media};

/// The most that is read of one box. `mvhd` and `tkhd` have about a hundred bytes, `hdlr` a name more.
const BODY_BYTES_MAX: u64 = 512;

/// A movie as its boxes describe it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Movie {
    pub(super) index: Index,
    pub(super) media: Option<Media>,
}

/// Where the index of the movie, `moov`, is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// Before the frames.
    First,
    /// After the frames.
    Last,
    /// Nowhere, or cut.
    Missing,
    /// It was not found within the budget.
    Unknown,
}

/// A box: its four letters, and where its body begins and ends in the file.
struct Place {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

impl Movie {
    /// Reads the boxes of a file of this length.
    pub(super) fn read(source: &mut (impl Read + Seek), len_bytes: u64) -> Self {
        let mut has_frames = false;
        let mut position = 0;
        while position < len_bytes {
            let place = match Place::read(source, position, len_bytes) {
                Ok(place) => place,
                Err(error) if is_damage(&error) => break,
                Err(_) => return Self::without_media(Index::Unknown),
            };
            match &place.kind {
                b"moov" if place.end > len_bytes => break,
                b"moov" => {
                    return Self {
                        index: match has_frames {
                            true => Index::Last,
                            false => Index::First,
                        },
                        media: media(source, &place).ok().flatten(),
                    };
                }
                b"mdat" => has_frames = true,
                // A picture, such as HEIF, or a fragment of a stream, is no movie and needs no index.
                b"meta" | b"moof" => return Self::without_media(Index::Unknown),
                _ => {}
            }
            position = place.end;
        }
        Self::without_media(Index::Missing)
    }

    fn without_media(index: Index) -> Self {
        Self { index, media: None }
    }
}

impl Place {
    /// Reads the header of the box at a position. A size of 0 reaches to `end`.
    fn read(source: &mut (impl Read + Seek), position: u64, end: u64) -> io::Result<Self> {
        source.seek(SeekFrom::Start(position))?;
        let mut head = [0; 8];
        source.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, end - position),
            1 => {
                let mut size = [0; 8];
                source.read_exact(&mut size)?;
                (16, u64::from_be_bytes(size))
            }
            size => (8, size.into()),
        };
        if size < header {
            return Err(damage());
        }
        Ok(Self {
            kind,
            start: position + header,
            end: position.checked_add(size).ok_or_else(damage)?,
        })
    }

    /// Returns the boxes within, in order, and none beyond its end.
    fn children(&self, source: &mut (impl Read + Seek)) -> io::Result<Vec<Self>> {
        let mut children = Vec::new();
        let mut position = self.start;
        // QuickTime may end a list with four zero bytes.
        while position + 8 <= self.end {
            let child = Self::read(source, position, self.end)?;
            if child.end > self.end {
                return Err(damage());
            }
            position = child.end;
            children.push(child);
        }
        Ok(children)
    }

    /// Reads the body as a box of a known layout; `None` if it is damaged.
    fn decode<A: Atom>(&self, source: &mut (impl Read + Seek)) -> io::Result<Option<A>> {
        source.seek(SeekFrom::Start(self.start))?;
        let mut body = Vec::new();
        let at_most = (self.end - self.start).min(BODY_BYTES_MAX);
        source.take(at_most).read_to_end(&mut body)?;
        Ok(A::decode_body(&mut body.as_slice()).ok())
    }
}

/// Reads what `moov` says.
fn media(source: &mut (impl Read + Seek), moov: &Place) -> io::Result<Option<Media>> {
    let (mut header, mut fragments, mut tracks) = (None, None, Vec::new());
    for child in moov.children(source)? {
        match &child.kind {
            b"mvhd" => header = child.decode::<Mvhd>(source)?,
            b"mvex" => fragments = fragments_length(source, &child)?,
            b"trak" => tracks.extend(track(source, &child)?),
            _ => {}
        }
    }
    let Some(header) = header else {
        return Ok(None);
    };
    let size = tracks.iter().find_map(|track| match track {
        Track::Video(size) => Some(*size),
        Track::Audio => None,
    });
    let kind = match size {
        Some(_) => Kind::Video,
        None if tracks.is_empty() => return Ok(None),
        None => Kind::Audio,
    };
    Ok(Some(Media {
        kind,
        duration: duration(
            header.duration.max(fragments.unwrap_or(0)),
            header.timescale,
        ),
        size: size.filter(|(width, height)| *width > 0 && *height > 0),
    }))
}

fn fragments_length(source: &mut (impl Read + Seek), mvex: &Place) -> io::Result<Option<u64>> {
    for child in mvex.children(source)? {
        if &child.kind == b"mehd" {
            let header = child.decode::<Mehd>(source)?;
            return Ok(header.map(|header| header.fragment_duration));
        }
    }
    Ok(None)
}

enum Track {
    Video((u32, u32)),
    Audio,
}

/// Reads one track; `None` for one that is neither picture nor sound.
fn track(source: &mut (impl Read + Seek), trak: &Place) -> io::Result<Option<Track>> {
    let (mut header, mut handler) = (None, None);
    for child in trak.children(source)? {
        match &child.kind {
            b"tkhd" => header = child.decode::<Tkhd>(source)?,
            b"mdia" => {
                for child in child.children(source)? {
                    if &child.kind == b"hdlr" {
                        handler = child.decode::<Hdlr>(source)?;
                    }
                }
            }
            _ => {}
        }
    }
    let handler = handler.map(|handler| <[u8; 4]>::from(handler.handler));
    Ok(match (handler.as_ref(), header) {
        (Some(b"vide"), Some(header)) => Some(Track::Video(shown_size(&header))),
        (Some(b"soun"), _) => Some(Track::Audio),
        _ => None,
    })
}

/// Returns width and height as players show them: a phone that was held upright records turned frames.
fn shown_size(header: &Tkhd) -> (u32, u32) {
    let (width, height) = (
        header.width.integer().into(),
        header.height.integer().into(),
    );
    let is_turned = header.matrix.a == 0 && header.matrix.d == 0;
    match is_turned {
        true => (height, width),
        false => (width, height),
    }
}

fn duration(length: u64, timescale: u32) -> Option<Duration> {
    // All ones say that the length is not known.
    let is_known = length > 0 && length != u64::MAX && length != u64::from(u32::MAX);
    if timescale == 0 || !is_known {
        return None;
    }
    let milliseconds = u128::from(length) * 1000 / u128::from(timescale);
    Some(Duration::from_millis(milliseconds.try_into().ok()?))
}

fn damage() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// Returns whether the bytes are at fault, and not the budget or the disk.
fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}
