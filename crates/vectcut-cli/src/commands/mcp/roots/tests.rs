//! No path leads out of the roots.

use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::words::Language;

/// A folder to read from, and a secret beside it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("root/sub")).expect("a root");
        let place = Self { folder };
        place.write("root/clip.mp4", "inside");
        place.write("root/sub/deep.mp4", "inside");
        place.write("secret.mp4", "outside");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn roots(&self) -> Roots {
        Roots::open(&[self.path("root")], false, []).expect("the root is there")
    }

    #[track_caller]
    fn assert_refused(&self, given: impl AsRef<Path>, code: &str) {
        let failure = self.roots().readable(given.as_ref()).err();
        let found = failure
            .as_ref()
            .map(|failure| (failure.code, failure.exit_code));
        assert_eq!(
            found,
            Some((code, ExitCode::LocalFile)),
            "{}",
            given.as_ref().display()
        );
    }
}

fn content(file: io::Result<File>) -> io::Result<String> {
    let mut text = String::new();
    file?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn files_under_a_root_are_read_by_relative_and_absolute_paths() {
    let place = Place::new();
    let absolute = place.path("root/clip.mp4");
    for given in [
        Path::new("clip.mp4"),
        Path::new("sub/../clip.mp4"),
        &absolute,
        Path::new("sub/deep.mp4"),
    ] {
        let readable = place
            .roots()
            .readable(given)
            .unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(content(readable.open()).expect("readable"), "inside");
    }
    let second =
        Roots::open(&[place.path("root/sub"), place.path("root")], false, []).expect("roots");
    let readable = second
        .readable(Path::new("clip.mp4"))
        .expect("under the second root");
    assert!(readable.path().ends_with("root/clip.mp4"));
}

#[test]
fn dots_and_absolute_paths_do_not_lead_out() {
    let place = Place::new();
    place.assert_refused("../secret.mp4", "outside_roots");
    place.assert_refused("sub/../../secret.mp4", "outside_roots");
    place.assert_refused(place.path("secret.mp4"), "outside_roots");
    place.assert_refused(place.path("root/../secret.mp4"), "outside_roots");
    place.assert_refused("/etc/passwd", "outside_roots");
    // A path outside the roots does not tell whether there is a file.
    place.assert_refused(place.path("no-such-secret.mp4"), "outside_roots");
    place.assert_refused("../no-such-secret.mp4", "outside_roots");
    place.assert_refused("missing.mp4", "file_missing");
}

#[test]
fn a_folder_is_no_file() {
    let place = Place::new();
    place.assert_refused("sub", "not_a_file");
    place.assert_refused(".", "not_a_file");
    place.assert_refused("", "not_a_file");
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_what_to_do_next() {
    let place = Place::new();
    for (given, message, hint) in [
        (
            "missing.mp4",
            "could not find `missing.mp4` in a folder that this server may read",
            "check the path",
        ),
        ("sub", "`sub` is a folder", "name the files in it"),
    ] {
        let failure = place.roots().readable(Path::new(given)).err();
        let failure = failure.expect("no such file");
        assert_eq!(failure.message(Language::English), message);
        assert_eq!(
            failure.hints_in(Language::English).as_deref(),
            Some(hint),
            "{given}"
        );
    }
}

#[test]
fn hidden_files_and_secrets_are_read_only_when_that_is_allowed() {
    let place = Place::new();
    place.write("root/.env", "KEY=1");
    place.write("root/server.pem", "a key");
    place.assert_refused(".env", "file_protected");
    place.assert_refused("server.pem", "file_protected");
    let all = Roots::open(&[place.path("root")], true, []).expect("a root");
    all.readable(Path::new(".env")).expect("allowed");
    all.readable(Path::new("server.pem")).expect("allowed");
}

#[test]
fn what_the_program_keeps_is_never_read() {
    let place = Place::new();
    let all = Roots::open(&[place.path("root")], true, [place.path("root/sub")]).expect("a root");
    let failure = all
        .readable(Path::new("sub/deep.mp4"))
        .err()
        .expect("refused");
    assert_eq!(failure.code, "file_protected");
}

#[test]
fn what_the_program_keeps_from_its_first_upload_on_is_never_read() {
    let place = Place::new();
    // Another way to write the same path, as a relative one is.
    let later = place.path("root/sub/../state");
    let all = Roots::open(&[place.path("root")], true, [later]).expect("a root");
    std::fs::create_dir(place.path("root/state")).expect("a folder");
    place.write("root/state/journal", "a token");
    let failure = all.readable(Path::new("state/journal")).err();
    assert_eq!(failure.expect("refused").code, "file_protected");
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_may_not_lead_out_and_not_to_a_secret() {
        let place = Place::new();
        place.write("root/.env", "KEY=1");
        symlink(place.path("secret.mp4"), place.path("root/out.mp4")).expect("a link");
        symlink("../secret.mp4", place.path("root/up.mp4")).expect("a link");
        symlink(place.folder.path(), place.path("root/folder")).expect("a link");
        symlink(".env", place.path("root/innocent.mp4")).expect("a link");
        symlink("clip.mp4", place.path("root/.hidden")).expect("a link");
        place.assert_refused("out.mp4", "outside_roots");
        place.assert_refused("up.mp4", "outside_roots");
        place.assert_refused("folder/secret.mp4", "outside_roots");
        place.assert_refused("innocent.mp4", "file_protected");
        place.assert_refused(".hidden", "file_protected");
    }

    #[test]
    fn links_within_a_root_lead_to_its_files() {
        let place = Place::new();
        symlink("sub", place.path("root/alias")).expect("a link");
        symlink(place.path("root/clip.mp4"), place.path("root/again.mp4"))
            .expect("an absolute link");
        for given in ["alias/deep.mp4", "again.mp4"] {
            let readable = place.roots().readable(Path::new(given)).expect(given);
            assert_eq!(content(readable.open()).expect("readable"), "inside");
        }
        // A root that is itself behind a link is the same folder.
        symlink(place.path("root"), place.path("shortcut")).expect("a link");
        let roots = Roots::open(&[place.path("shortcut")], false, []).expect("a root");
        roots
            .readable(&place.path("shortcut/clip.mp4"))
            .expect("by the name that was given");
        roots
            .readable(&place.path("root/clip.mp4"))
            .expect("by its real name");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_under_proc_and_no_device_is_read_even_if_everything_is_a_root() {
        let place = Place::new();
        symlink("/proc/self/environ", place.path("root/environ.mp4")).expect("a link");
        symlink("/dev/zero", place.path("root/zero.mp4")).expect("a link");
        place.assert_refused("environ.mp4", "outside_roots");
        place.assert_refused("zero.mp4", "outside_roots");
        place.assert_refused("/proc/self/environ", "outside_roots");
        place.assert_refused("/dev/zero", "outside_roots");

        let all = Roots::open(&[PathBuf::from("/")], true, []).expect("a root");
        let open = File::open(place.path("secret.mp4")).expect("open");
        let descriptor = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
        for given in [
            "/proc/self/environ",
            "/proc/self/root/proc/self/environ",
            "/proc/version",
            "/dev/zero",
            "/dev/null",
        ] {
            let failure = all.readable(Path::new(given)).err().expect(given);
            assert_eq!(failure.code, "not_a_file", "{given}");
        }
        // A descriptor is a link to an ordinary file, which lies outside this root.
        place.assert_refused(descriptor, "outside_roots");
    }

    #[test]
    fn a_fifo_is_no_file_and_holds_nobody_up() {
        let place = Place::new();
        let made = std::process::Command::new("mkfifo")
            .arg(place.path("root/pipe.mp4"))
            .status();
        assert!(made.is_ok_and(|status| status.success()), "a FIFO");
        place.assert_refused("pipe.mp4", "not_a_file");
    }

    /// Another program swaps a folder and a file for links while the server looks and opens.
    #[test]
    fn a_thousand_swaps_between_check_and_opening_never_show_the_file_outside() {
        let place = Place::new();
        std::fs::create_dir(place.path("outside")).expect("a folder");
        place.write("outside/deep.mp4", "outside");
        symlink(place.path("outside"), place.path("bait")).expect("a link to a folder");
        symlink(place.path("secret.mp4"), place.path("lure")).expect("a link to a file");
        let roots = place.roots();
        let done = AtomicBool::new(false);
        let read = std::thread::scope(|scope| {
            let swap = |shown: &'static str, bait: &'static str, aside: &'static str| {
                let (place, done) = (&place, &done);
                move || {
                    while !done.load(Ordering::Relaxed) {
                        for (from, to) in
                            [(shown, aside), (bait, shown), (shown, bait), (aside, shown)]
                        {
                            std::fs::rename(place.path(from), place.path(to)).expect("renamed");
                        }
                    }
                }
            };
            scope.spawn(swap("root/sub", "bait", "sub-aside"));
            scope.spawn(swap("root/clip.mp4", "lure", "clip-aside"));
            let mut read = 0;
            for turn in 0..2000 {
                let given = ["sub/deep.mp4", "clip.mp4"][turn % 2];
                let Ok(readable) = roots.readable(Path::new(given)) else {
                    continue;
                };
                // The upload opens it again later, and once more at its end.
                for _ in 0..3 {
                    if let Ok(text) = content(readable.open()) {
                        assert_eq!(text, "inside", "{given}");
                        read += 1;
                    }
                }
            }
            done.store(true, Ordering::Relaxed);
            read
        });
        assert!(read > 0, "the file itself is read between the swaps");
    }
}
