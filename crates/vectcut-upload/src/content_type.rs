//! The content type that a file name suggests.

/// The content type of a file whose name suggests none.
const OCTET_STREAM: &str = "application/octet-stream";

/// Returns the content type for the extension of a file name, in upper or lower case.
pub(crate) fn of(file_name: &str) -> String {
    mime_guess::from_path(file_name)
        .first_raw()
        .unwrap_or(OCTET_STREAM)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_an_editor_handles_has_its_type() {
        for (name, expected) in [
            ("clip.mp4", "video/mp4"),
            ("CLIP.MP4", "video/mp4"),
            ("a.mov", "video/quicktime"),
            ("a.webm", "video/webm"),
            ("a.mkv", "video/x-matroska"),
            ("a.mp3", "audio/mpeg"),
            ("a.m4a", "audio/m4a"),
            ("a.wav", "audio/wav"),
            ("a.png", "image/png"),
            ("a.jpg", "image/jpeg"),
            ("a.jpeg", "image/jpeg"),
            ("a.webp", "image/webp"),
            ("a.gif", "image/gif"),
            ("字幕.srt", "application/x-subrip"),
            ("a.json", "application/json"),
            ("a.tar.gz", "application/gzip"),
            ("noextension", "application/octet-stream"),
            ("mp4", "application/octet-stream"),
            ("a.unheardof", "application/octet-stream"),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
