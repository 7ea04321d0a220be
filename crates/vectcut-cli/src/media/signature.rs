//! The first bytes of a file: which format they show, and whether its extension says the same.

use std::path::Path;

use super::Concern;

/// Extensions, and how `infer` names the formats that do not contradict them.
const FORMATS: [(&[&str], &[&str]); 14] = [
    (&["png"], &["png"]),
    (&["jpg", "jpeg", "jpe", "jfif"], &["jpg"]),
    (&["webp"], &["webp"]),
    (&["gif"], &["gif"]),
    (&["bmp"], &["bmp"]),
    (&["wav"], &["wav"]),
    (&["mp3"], &["mp3"]),
    (&["aac"], &["aac", "mp3"]),
    (&["flac"], &["flac"]),
    (&["ogg", "opus"], &["ogg", "opus"]),
    (&["avi"], &["avi"]),
    (&["flv"], &["flv"]),
    (&["mkv", "webm", "mka"], &["mkv", "webm"]),
    (
        &["mp4", "m4v", "mov", "qt", "m4a", "m4b", "3gp", "3g2"],
        &["mp4", "m4v", "mov", "m4a"],
    ),
];

/// Boxes that an MP4 or QuickTime file may begin with.
const FIRST_BOXES: [&[u8; 4]; 7] = [
    b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot",
];

/// Returns the usual extension of the format that the first bytes show.
pub(super) fn extension_of(head: &[u8]) -> Option<&'static str> {
    let found = infer::get(head).map(|found| found.extension());
    // `infer` does not know every frame header of MP3.
    let is_frame = matches!(head, [0xff, second, ..] if second & 0xe6 == 0xe2);
    found.or(is_frame.then_some("mp3"))
}

/// Returns whether they are those of an MP4 or QuickTime file. HEIF and AVIF pictures use the same boxes.
pub(super) fn is_movie(head: &[u8]) -> bool {
    let is_box = head
        .get(4..8)
        .is_some_and(|kind| FIRST_BOXES.iter().any(|first| *first == kind));
    is_box && !infer::is_image(head)
}

/// Compares the extension of a file with its first bytes. Bytes that show no format contradict nothing.
pub(super) fn contradiction(path: &Path, head: &[u8]) -> Option<Concern> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let (_, agreeing) = FORMATS
        .iter()
        .find(|(extensions, _)| extensions.contains(&extension.as_str()))?;
    let found = match extension_of(head) {
        None if is_movie(head) => "mp4",
        found => found?,
    };
    (!agreeing.contains(&found)).then_some(Concern::WrongExtension { extension, found })
}
