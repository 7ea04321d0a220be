//! Real files, damaged files, and how much of them is read.

use std::cell::Cell;
use std::io::Cursor;
use std::path::PathBuf;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;

/// The names of all samples. `tests/media/README.md` says how they were made.
const SAMPLES: [&str; 13] = [
    "chime.wav",
    "constant.mp3",
    "fragmented.mp4",
    "index-first.mp4",
    "index-last.mp4",
    "lossless.webp",
    "picture.jpg",
    "picture.png",
    "picture.webp",
    "rotated.mov",
    "sound.m4a",
    "turned.jpg",
    "variable.mp3",
];

fn sample(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/media");
    Path::new(folder).join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(sample(name)).expect("a sample")
}

fn findings(name: &str, bytes: &[u8]) -> Findings {
    look_into(Cursor::new(bytes), bytes.len() as u64, Path::new(name)).unwrap_or_default()
}

#[track_caller]
fn check(name: &str, kind: Kind, duration_ms: Option<u64>, size: Option<(u32, u32)>) {
    let expected = Media {
        kind,
        duration: duration_ms.map(Duration::from_millis),
        size,
    };
    assert_eq!(look(&sample(name)).media, Some(expected), "{name}");
}

#[test]
fn the_headers_of_each_format_tell_kind_length_and_size() {
    // What ffprobe says of the same files, but for a fragmented file, whose header knows no length, and for a turned
    // picture, which browsers show so.
    check("index-first.mp4", Kind::Video, Some(1500), Some((64, 36)));
    check("index-last.mp4", Kind::Video, Some(1500), Some((64, 36)));
    check("fragmented.mp4", Kind::Video, None, Some((64, 36)));
    check("rotated.mov", Kind::Video, Some(1500), Some((36, 64)));
    check("sound.m4a", Kind::Audio, Some(1500), None);
    check("chime.wav", Kind::Audio, Some(750), None);
    check("picture.png", Kind::Image, None, Some((64, 36)));
    check("picture.jpg", Kind::Image, None, Some((64, 36)));
    check("turned.jpg", Kind::Image, None, Some((36, 64)));
    check("picture.webp", Kind::Image, None, Some((64, 36)));
    check("lossless.webp", Kind::Image, None, Some((64, 36)));
    for name in ["constant.mp3", "variable.mp3"] {
        let media = look(&sample(name)).media.expect("sound");
        let milliseconds = media.duration.expect("a length").as_millis();
        assert!(milliseconds.abs_diff(1656) < 80, "{name}: {milliseconds}");
    }
}

#[test]
fn a_sound_file_worries_nobody_and_an_index_at_the_end_is_named() {
    for name in SAMPLES {
        let expected: &[Concern] = match name {
            "index-last.mp4" => &[Concern::IndexLast],
            _ => &[],
        };
        assert_eq!(look(&sample(name)).concerns, expected, "{name}");
    }
}

#[test]
fn a_recording_that_was_cut_has_no_index() {
    let whole = bytes("index-last.mp4");
    let moov = whole.windows(4).position(|four| four == b"moov");
    for len in [moov.expect("an index") - 4, whole.len() - 10, 700] {
        let found = findings("cut.mp4", &whole[..len]);
        assert_eq!(found.concerns, [Concern::IndexMissing], "{len}");
        assert_eq!(found.media, None);
    }
}

#[test]
fn an_empty_file_is_named_and_a_file_that_is_not_there_is_not() {
    assert_eq!(findings("a.mp4", b"").concerns, [Concern::Empty]);
    assert_eq!(look(Path::new("missing.mp4")), Findings::default());
    assert_eq!(look(Path::new(".")), Findings::default());
}

#[test]
fn an_extension_that_the_bytes_contradict_is_named() {
    for (name, sample, found) in [
        ("clip.mp4", "picture.png", "png"),
        ("clip.PNG", "index-first.mp4", "mp4"),
        ("song.mp3", "picture.webp", "webp"),
        ("song.wav", "variable.mp3", "mp3"),
        ("photo.jpeg", "picture.webp", "webp"),
    ] {
        let Some(Concern::WrongExtension { found: shown, .. }) =
            findings(name, &bytes(sample)).concerns.into_iter().next()
        else {
            panic!("{name} with the bytes of {sample}");
        };
        assert_eq!(shown, found, "{name}");
    }
    let page = findings(
        "clip.mp4",
        b"<!DOCTYPE html><html><body>Not found</body></html>",
    );
    assert_eq!(
        page.concerns,
        [Concern::WrongExtension {
            extension: "mp4".into(),
            found: "html"
        }]
    );
}

#[test]
fn names_of_one_format_do_not_contradict_each_other() {
    for (name, sample) in [
        ("clip.mov", "index-first.mp4"),
        ("clip.mp4", "rotated.mov"),
        ("sound.mp4", "sound.m4a"),
        ("photo.jpeg", "picture.jpg"),
        ("noextension", "picture.jpg"),
        ("notes.txt", "picture.jpg"),
    ] {
        assert_eq!(findings(name, &bytes(sample)).concerns, [], "{name}");
    }
    // Bytes that show no format contradict nothing.
    assert_eq!(findings("noise.mp3", b"\0\0\0garbage").concerns, []);
    assert_eq!(findings("noise.png", b"garbage").concerns, []);
}

#[test]
fn a_wav_that_claims_more_than_it_holds_has_no_duration() {
    let mut wav = bytes("chime.wav");
    let data = wav
        .windows(4)
        .position(|four| four == b"data")
        .expect("data");
    wav[data + 4..data + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    let media = findings("a.wav", &wav).media;
    assert_eq!(media.and_then(|media| media.duration), None);
}

#[cfg(unix)]
#[test]
fn a_fifo_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.mp4");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    assert_eq!(look(&pipe), Findings::default());
}

/// Counts what is read of gigabytes that exist only here: a head, and the same bytes again and again after it.
struct Endless {
    head: Vec<u8>,
    filler: Vec<u8>,
    len: u64,
    position: u64,
    read: Rc<Cell<usize>>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.position);
        let count = buffer.len().min(left.try_into().unwrap_or(usize::MAX));
        for byte in &mut buffer[..count] {
            let at = self.position as usize;
            *byte = match self.head.get(at) {
                Some(byte) => *byte,
                None => self.filler[(at - self.head.len()) % self.filler.len()],
            };
            self.position += 1;
        }
        self.read.set(self.read.get() + count);
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.position = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Looks at a file of 8 GiB, and returns what was found and how many bytes were read.
fn look_at_8_gib(head: &[u8], filler: &[u8]) -> (Findings, usize) {
    let read = Rc::new(Cell::new(0));
    let source = Endless {
        head: head.to_vec(),
        filler: filler.to_vec(),
        len: 8 << 30,
        position: 0,
        read: read.clone(),
    };
    let found = look_into(source, 8 << 30, Path::new("a")).unwrap_or_default();
    (found, read.get())
}

#[test]
fn a_file_of_gigabytes_costs_a_few_reads() {
    let mut movie = bytes("index-first.mp4");
    let mdat = movie
        .windows(4)
        .position(|four| four == b"mdat")
        .expect("frames");
    movie[mdat - 4..mdat].copy_from_slice(&0u32.to_be_bytes());
    let (found, read) = look_at_8_gib(&movie, &[0]);
    assert!(found.media.is_some());
    assert!(read < 4096, "{read}");

    for name in ["picture.jpg", "turned.jpg", "picture.png", "picture.webp"] {
        let (found, read) = look_at_8_gib(&bytes(name), &[0]);
        assert!(found.media.is_some(), "{name}");
        assert!(read <= 48 * 1024, "{name}: {read}");
    }
}

#[test]
fn hostile_files_of_gigabytes_cost_no_more_than_a_megabyte() {
    let tag = b"ID3\x04\0\0\x7f\x7f\x7f\x7f";
    for (head, filler) in [
        // Zero bytes before a frame that never comes.
        (&b"ID3\x04\0\0\0\0\0\0"[..], &[0][..]),
        // Frame headers all the way.
        (b"\xff\xfb\x90\0", b"\xff\xfb\x90\0"),
        (tag, tag),
        // Boxes of eight bytes.
        (b"\0\0\0\x08ftyp", b"\0\0\0\x08free"),
        (
            b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\0\0\0\x08trak",
        ),
        // Segments of two bytes.
        (b"\xff\xd8\xff\xe0\0\x02", b"\xff\xe0\0\x02"),
        (b"RIFF\xff\xff\xff\xffWAVE", b"LIST\x04\0\0\0INFO"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff", b"x"),
    ] {
        let (_, read) = look_at_8_gib(head, filler);
        assert!(read <= 1024 * 1024 + 512, "{head:?}: {read}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Nothing that a disk or a stranger does to a file panics, and little of it is ever read.
    #[test]
    fn damaged_files_are_unknown_at_worst(
        index in 0..SAMPLES.len(),
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
        length in prop::option::of((any::<prop::sample::Index>(), any::<u32>())),
    ) {
        let mut bytes = bytes(SAMPLES[index]);
        for (at, byte) in flips {
            // Headers are at the beginning; damage there finds more.
            let at = at.index(bytes.len().min(2048));
            bytes[at] = byte;
        }
        if let Some((at, length)) = length {
            let at = at.index(bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = findings(SAMPLES[index], &bytes);
    }

    #[test]
    fn arbitrary_bytes_are_unknown_at_worst(
        start in prop::sample::select(vec![
            &b""[..], b"ID3\x03\0\0", b"\xff\xfb\x90\x64", b"RIFF\0\0\0\0WAVEfmt ", b"\0\0\0\x08moov",
            b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..2048),
    ) {
        let _ = findings("a.mp4", &[start, &rest].concat());
    }
}
