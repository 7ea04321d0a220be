//! What counts as a change of the local file.

use std::path::Path;

use oss_client::{Crc64, Crc64Digest};

use super::*;

fn crc64(bytes: &[u8]) -> Crc64 {
    let mut digest = Crc64Digest::new();
    digest.update(bytes);
    digest.value()
}

#[tokio::test]
async fn a_file_that_grew_or_was_replaced_or_removed_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, "one").expect("a file");
    let source = SourceFile::open(&path).await.expect("it is there");
    let before = crc64(b"one");
    source
        .check_unchanged(before)
        .await
        .expect("nobody touched it");

    std::fs::write(&path, "more").expect("a longer file");
    source.check_growth().await.expect_err("it is longer");
    source
        .check_unchanged(before)
        .await
        .expect_err("it is longer");
    std::fs::write(&path, "two").expect("a file of the same length");
    source
        .check_unchanged(before)
        .await
        .expect_err("it has other bytes");
    std::fs::remove_file(&path).expect("removed");
    source
        .check_unchanged(before)
        .await
        .expect_err("it is gone");
}

#[tokio::test]
async fn times_that_were_set_back_hide_no_change_and_times_alone_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, "one").expect("a file");
    let modified = std::fs::metadata(&path)
        .and_then(|metadata| metadata.modified())
        .expect("its time");
    let set_back = || {
        let file = std::fs::File::options()
            .write(true)
            .open(&path)
            .expect("it is there");
        file.set_modified(modified).expect("its time is set");
    };
    let source = SourceFile::open(&path).await.expect("it is there");
    let before = crc64(b"one");

    std::fs::write(&path, "one").expect("the same bytes");
    source
        .check_unchanged(before)
        .await
        .expect("the bytes are the same");
    std::fs::write(&path, "two").expect("other bytes");
    set_back();
    #[cfg(unix)]
    source
        .check_unchanged(before)
        .await
        .expect_err("the bytes differ");
}

#[tokio::test]
async fn the_fingerprint_sees_head_tail_and_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    let mut prints = std::collections::HashSet::new();
    for touched in [None, Some(0), Some(999_999), Some(444_500)] {
        let mut bytes = vec![7; 1_000_000];
        touched.into_iter().for_each(|at: usize| bytes[at] = 8);
        std::fs::write(&path, bytes).expect("a file");
        let source = SourceFile::open(&path).await.expect("it is there");
        prints.insert(source.identity().await.expect("readable").fingerprint);
    }
    assert_eq!(prints.len(), 4);
}

#[tokio::test]
async fn the_checksum_of_a_range_is_that_of_its_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, "0123456789").expect("a file");
    let source = SourceFile::open(&path).await.expect("it is there");
    assert_eq!(source.crc64(2, 3).await.expect("readable"), crc64(b"234"));
    source.crc64(8, 3).await.expect_err("the file ends before");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_hides_its_length_is_refused_instead_of_being_uploaded_empty() {
    let error = SourceFile::open(Path::new("/proc/self/status"))
        .await
        .expect_err("it has bytes and claims none");
    let UploadError::NotAFile { kind, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(kind, FileKind::UnknownLength);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.mp4");
    std::fs::write(&path, "").expect("an empty file");
    SourceFile::open(&path).await.expect("empty indeed");
}

#[tokio::test]
async fn only_regular_files_are_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = SourceFile::open(folder.path())
        .await
        .expect_err("a directory");
    let UploadError::NotAFile { kind, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(kind, FileKind::Directory);
    let error = SourceFile::open(&folder.path().join("none"))
        .await
        .expect_err("nothing is there");
    let UploadError::Source { action, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(action, SourceAction::Find);
}

/// Another process may put a FIFO in the place of the file between the look and the opening.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_fifo_does_not_hold_up_the_caller() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("a FIFO");
    Opening::ByPath
        .open(&path)
        .expect("it opens at once, with no writer");
    let error = SourceFile::open(&path).await.expect_err("a FIFO");
    let UploadError::NotAFile { kind, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(kind, FileKind::Pipe);
}

/// A program that limits which files may be read opens them itself. The path is not opened behind its back.
#[tokio::test]
async fn a_file_that_the_caller_opens_is_never_opened_by_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, other) = (folder.path().join("clip.mp4"), folder.path().join("other"));
    std::fs::write(&path, "one").expect("a file");
    std::fs::write(&other, "two").expect("another file");
    let real = folder.path().join("real.mp4");
    std::fs::rename(&path, &real).expect("moved");
    std::fs::rename(&other, &path).expect("another file took its place");
    let opening = Opening::ByCaller(Arc::new(move || File::open(&real)));
    let source = SourceFile::open_as(&path, opening).await.expect("it opens");
    let whole = source.crc64(0, 3).await.expect("readable");
    assert_eq!(whole, crc64(b"one"));
    source
        .check_unchanged(whole)
        .await
        .expect("the caller still opens the same file");

    let refusing = Opening::ByCaller(Arc::new(|| Err(io::ErrorKind::PermissionDenied.into())));
    let error = SourceFile::open_as(&path, refusing)
        .await
        .expect_err("the caller refuses");
    let UploadError::Source { action, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(action, SourceAction::Open);

    let shown = folder.path().to_owned();
    let directory = Opening::ByCaller(Arc::new(move || File::open(&shown)));
    #[cfg(unix)]
    SourceFile::open_as(&path, directory)
        .await
        .expect_err("only a regular file is read");
}
