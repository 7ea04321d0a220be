//! Lists, folders, globs, repeated names and standard input.

use super::*;
use crate::diagnostics;
use crate::words::Language;
use tempfile::{TempDir, tempdir};

fn folder_with(names: &[&str]) -> TempDir {
    let folder = tempdir().expect("a folder");
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, name).expect("a file");
    }
    folder
}

fn found(folder: &Path, include: &[&str], exclude: &[&str]) -> Vec<String> {
    let owned = |patterns: &[&str]| patterns.iter().map(|&text| text.into()).collect::<Vec<_>>();
    let filter = Filter::new(&owned(include), &owned(exclude)).expect("patterns");
    let files = folder::files(folder, &filter, folder::Depth::All).expect("a folder");
    let within = |path: PathBuf| {
        path.strip_prefix(folder)
            .expect("in it")
            .display()
            .to_string()
    };
    files.into_iter().map(within).collect()
}

#[test]
fn a_folder_gives_its_files_in_order_without_hidden_ones() {
    let folder = folder_with(&[
        "b.mp4",
        "a.MP4",
        "raw/c.mov",
        ".DS_Store",
        ".git/d.mp4",
        "raw/._c.mov",
    ]);
    assert_eq!(
        found(folder.path(), &[], &[]),
        ["a.MP4", "b.mp4", "raw/c.mov"]
    );
    assert_eq!(found(folder.path(), &["*.mp4"], &[]), ["a.MP4", "b.mp4"]);
    assert_eq!(found(folder.path(), &["raw/*"], &[]), ["raw/c.mov"]);
    assert_eq!(found(folder.path(), &[], &["raw/"]), ["a.MP4", "b.mp4"]);
    assert_eq!(found(folder.path(), &["*.mp4"], &["a.*"]), ["b.mp4"]);
}

#[test]
fn a_pattern_that_cannot_be_one_is_wrong_usage() {
    let failure = Filter::new(&["[".into()], &[]).expect_err("no pattern");
    assert_eq!(failure.exit_code, ExitCode::Usage);
}

#[cfg(unix)]
#[test]
fn links_to_files_count_and_a_circle_of_links_is_not_walked() {
    use std::os::unix::fs::symlink;
    let folder = folder_with(&["a/clip.mp4"]);
    symlink(folder.path(), folder.path().join("a/circle")).expect("a link");
    symlink("clip.mp4", folder.path().join("a/link.mp4")).expect("a link");
    symlink("nowhere", folder.path().join("a/broken.mp4")).expect("a link");
    assert_eq!(found(folder.path(), &[], &[]), ["a/clip.mp4", "a/link.mp4"]);
}

#[test]
fn a_list_has_a_path_a_line_in_whatever_way_it_was_written() {
    let expected: Vec<PathBuf> = vec!["a b.mp4".into(), "片.mp4".into()];
    let utf16: Vec<u8> = "\u{feff}a b.mp4\r\n片.mp4\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for list in [
        "a b.mp4\n片.mp4\n".as_bytes(),
        "\u{feff}a b.mp4\r\n\r\n片.mp4".as_bytes(),
        "a b.mp4\0片.mp4\0".as_bytes(),
        &utf16,
    ] {
        assert_eq!(list::paths(list).expect("text"), expected);
    }
    let newline = list::paths(b"one\nname\0two\0").expect("text");
    assert_eq!(newline, [Path::new("one\nname"), Path::new("two")]);
}

#[test]
fn a_glob_is_expanded_as_a_shell_would() {
    let folder = folder_with(&["b.mp4", "a.mp4", "c.mov", "sub/d.mp4", ".e.mp4", "[1].mp4"]);
    let expand = |pattern: &str| {
        let found = globs::expand(&folder.path().join(pattern));
        let within = |path: PathBuf| path.strip_prefix(folder.path()).expect("in it").to_owned();
        found.map(|paths| paths.into_iter().map(within).collect::<Vec<_>>())
    };
    let names = |names: &[&str]| Some(names.iter().map(PathBuf::from).collect::<Vec<_>>());
    assert_eq!(expand("?.mp4"), names(&["a.mp4", "b.mp4"]));
    assert_eq!(expand("sub/*.mp4"), names(&["sub/d.mp4"]));
    assert_eq!(expand("*/d.*"), names(&["sub/d.mp4"]));
    assert_eq!(expand("*.png"), None);
    assert_eq!(expand("a.mp4"), None);
    // A name with brackets is a name if there is such a file.
    assert_eq!(expand("[1].mp4"), None);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_named_again_by_any_path_is_one_upload() {
    let folder = folder_with(&["a.mp4", "b.mp4"]);
    let path = |name: &str| folder.path().join(name);
    fs::hard_link(path("a.mp4"), path("second.mp4")).expect("a link");
    std::os::unix::fs::symlink("b.mp4", path("soft.mp4")).expect("a link");
    let names = [
        "a.mp4",
        "missing",
        "b.mp4",
        "./a.mp4",
        "second.mp4",
        "missing",
        "soft.mp4",
    ];
    let files = names.map(|name| Input::named(path(name)));
    let inputs = Inputs {
        files: files.into(),
        ..Inputs::default()
    };
    assert_eq!(inputs.distinct(), [vec![0, 3, 4], vec![1, 5], vec![2, 6]]);
}

#[cfg(unix)]
#[test]
fn standard_input_is_kept_for_its_owner_alone_and_removed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempdir().expect("a folder");
    let folder = folder.path().join("spool");
    fs::create_dir(&folder).expect("a folder");
    fs::write(
        folder.join("vectcut-stdin-left"),
        "of a run that was killed",
    )
    .expect("a file");
    let spool_of = |mut bytes: &[u8]| {
        let spool = Spool::new(&folder).expect("a spool");
        let writer = spool.writer().expect("a writer");
        writer.fill(&mut bytes).expect("the disk has room");
        spool
    };
    let spool = spool_of(b"bytes");
    assert!(!folder.join("vectcut-stdin-left").exists());
    assert_eq!(fs::read(spool.path()).expect("readable"), b"bytes");
    let mode = fs::metadata(spool.path())
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // Another run leaves it alone.
    let other = spool_of(b"other");
    assert!(spool.path().exists());
    drop((spool, other));
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
}

#[test]
fn a_full_disk_is_named() {
    struct Full;
    impl std::io::Read for Full {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    let folder = tempdir().expect("a folder");
    let spool = Spool::new(folder.path()).expect("a spool");
    let writer = spool.writer().expect("a writer");
    let failure = writer.fill(&mut Full).expect_err("no room");
    assert_eq!(
        (failure.exit_code, failure.code),
        (ExitCode::LocalFile, "disk_full")
    );
    let shown = Failure::disk_full(
        failure.what,
        Path::new("/home/me/.local/state/vectcut/spool"),
        &std::io::Error::from(std::io::ErrorKind::StorageFull),
    );
    let shown = [Language::English, Language::Chinese]
        .map(|language| diagnostics::render(&shown, false, language));
    insta::assert_snapshot!(shown.join("\n"));
}
