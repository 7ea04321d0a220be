//! What the headers of a media file tell: its kind, length and size in pixels, and what is wrong with it.
//!
//! A file is only looked at, and no more than a small part of it is read. Whatever is damaged or unknown is absent from
//! the result; it never fails an upload.

mod boxes;
mod budgeted;
mod signature;
mod sound;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use boxes::{Index, Movie};
use budgeted::Budgeted;

/// How much of the beginning of a file decides what it is.
const HEAD_BYTES: u64 = 512;
/// How much one read takes. Headers are short, and skipping what is between them must not read it.
const READ_BYTES: usize = 4 * 1024;

/// What a file holds, as far as its headers tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Media {
    pub(crate) kind: Kind,
    /// How long it plays. `None` for an image, and when the headers do not tell.
    pub(crate) duration: Option<Duration>,
    /// Width and height in pixels as they are shown; `None` for sound.
    pub(crate) size: Option<(u32, u32)>,
}

/// The kind of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Video,
    Audio,
    Image,
}

/// Something about a file that its owner should know before they use the URL. It is no reason to refuse it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Concern {
    /// It has no bytes.
    Empty,
    /// Its extension names another format than its first bytes show.
    WrongExtension {
        extension: String,
        /// The usual extension of what the bytes show.
        found: &'static str,
    },
    /// It is an MP4 or QuickTime file without `moov`: the recording was cut before the program wrote it.
    IndexMissing,
    /// It is an MP4 or QuickTime file whose `moov` follows the frames, so a player needs the end before it can begin.
    IndexLast,
}

/// What a look at a file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) media: Option<Media>,
    pub(crate) concerns: Vec<Concern>,
}

/// Looks at a file. Reads at most a megabyte of it, in at most 512 reads, and opens nothing but a regular file.
///
/// A file that cannot be read has no findings: the upload itself says why.
pub(crate) fn look(path: &Path) -> Findings {
    open_regular(path)
        .and_then(|(file, len_bytes)| look_into(file, len_bytes, path))
        .unwrap_or_default()
}

/// As [`look`], at a file that is open for reading. Its path only tells the extension.
#[cfg(feature = "mcp")]
pub(crate) fn look_at(file: File, path: &Path) -> Findings {
    let looked = file
        .metadata()
        .and_then(|metadata| look_into(file, metadata.len(), path));
    looked.unwrap_or_default()
}

fn look_into(source: impl Read + Seek, len_bytes: u64, path: &Path) -> io::Result<Findings> {
    let mut source = Budgeted::new(source);
    let mut head = Vec::new();
    (&mut source).take(HEAD_BYTES).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(Findings {
            media: None,
            concerns: vec![Concern::Empty],
        });
    }
    let mut findings = Findings::default();
    findings
        .concerns
        .extend(signature::contradiction(path, &head));
    if signature::is_movie(&head) {
        let movie = Movie::read(&mut source, len_bytes);
        findings.concerns.extend(match movie.index {
            Index::Missing => Some(Concern::IndexMissing),
            Index::Last => Some(Concern::IndexLast),
            Index::First | Index::Unknown => None,
        });
        findings.media = movie.media;
    } else {
        source.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(READ_BYTES, source);
        findings.media = match signature::extension_of(&head) {
            Some("jpg") => photo(reader),
            Some("png" | "webp") => image(&mut reader),
            Some("wav") => sound::wav(&mut reader, len_bytes),
            Some("mp3") => sound::mp3(&mut reader, len_bytes),
            _ => None,
        };
    }
    Ok(findings)
}

/// A camera stores what its sensor saw, and beside it how to turn that.
fn photo(mut reader: BufReader<Budgeted<impl Read + Seek>>) -> Option<Media> {
    let stored = image(&mut reader)?;
    let is_turned = orientation(&mut reader).is_some_and(|orientation| orientation >= 5);
    let size = stored.size.map(|(width, height)| match is_turned {
        true => (height, width),
        false => (width, height),
    });
    Some(Media { size, ..stored })
}

/// Returns the orientation of Exif: 1 to 4 keep width and height, 5 to 8 exchange them.
fn orientation(reader: &mut BufReader<Budgeted<impl Read + Seek>>) -> Option<u32> {
    reader.rewind().ok()?;
    let written = exif::get_exif_attr_from_jpeg(reader).ok()?;
    let exif = exif::Reader::new().read_raw(written).ok()?;
    let field = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
    field.value.get_uint(0)
}

fn image(reader: &mut BufReader<Budgeted<impl Read + Seek>>) -> Option<Media> {
    let size = imagesize::reader_size(reader).ok()?;
    let size = (size.width.try_into().ok()?, size.height.try_into().ok()?);
    (size.0 > 0 && size.1 > 0).then_some(Media {
        kind: Kind::Image,
        duration: None,
        size: Some(size),
    })
}

/// Opens a regular file, and returns its length. A FIFO that took its place does not hold up the caller.
fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    let check = |metadata: std::fs::Metadata| match metadata.is_file() {
        true => Ok(metadata.len()),
        false => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    };
    // To open a device may have an effect of its own, so its kind is looked up by name first. The open file decides.
    check(std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    let file = options.open(path)?;
    let len_bytes = check(file.metadata()?)?;
    Ok((file, len_bytes))
}
