//! The first bytes of a file: which format they show, and whether its extension says the same.

use std::path::Path;

use super::Concern;

/// Formats that always begin with the same bytes: their extensions, and how `infer` names them.
///
/// Formats that may begin with anything, such as MP3 or MPEG-TS, are not here: only another format contradicts them.
const CERTAIN: [(&[&str], &[&str]); 10] = [
    (&["png"], &["png"]),
    (&["jpg", "jpeg", "jpe", "jfif"], &["jpg"]),
    (&["webp"], &["webp"]),
    (&["gif"], &["gif"]),
    (&["wav"], &["wav"]),
    (&["avi"], &["avi"]),
    (&["flac"], &["flac"]),
    (&["mkv", "webm", "mka"], &["mkv", "webm"]),
    (&["bmp"], &["bmp"]),
    (&["mp4", "m4v", "mov", "qt", "m4a", "m4b", "3gp", "3g2"], &["mp4", "m4v", "mov", "m4a"]),
];

/// Extensions of formats that may begin with anything, and the names of what contradicts none of them.
const UNCERTAIN: [(&str, &[&str]); 6] = [
    ("mp3", &["mp3"]),
    ("aac", &["aac", "mp3"]),
    ("ogg", &["ogg", "opus"]),
    ("opus", &["ogg", "opus"]),
    ("flv", &["flv"]),
    ("ts", &[]),
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

/// Compares the extension of a file with its first bytes.
pub(super) fn contradiction(path: &Path, head: &[u8]) -> Option<Concern> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let found = match is_movie(head) {
        true => Some(extension_of(head).unwrap_or("mp4")),
        false => extension_of(head),
    };
    let certain = CERTAIN
        .iter()
        .find(|(extensions, _)| extensions.contains(&extension.as_str()))
        .map(|(_, names)| *names);
    let uncertain = UNCERTAIN
        .iter()
        .find(|(known, _)| *known == extension)
        .map(|(_, names)| *names);
    let contradicts = match (certain, uncertain, found) {
        (Some(names), _, Some(found)) => !names.contains(&found),
        (Some(_), _, None) => true,
        (None, Some(names), Some(found)) => !names.contains(&found) && is_media(head),
        _ => false,
    };
    contradicts.then_some(Concern::WrongExtension { extension, found })
}

/// Text and programs can look like the frames of some formats; pictures, sound and video do not.
fn is_media(head: &[u8]) -> bool {
    infer::is_image(head) || infer::is_video(head) || is_movie(head) || infer::is_audio(head)
}
