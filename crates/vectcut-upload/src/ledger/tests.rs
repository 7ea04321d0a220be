//! Entries on the disk: written, found, replaced, damaged, too old.

use std::time::{Duration, SystemTime};

use vectcut_api::SignedUrl;

use super::{
    entry::{Entry, KEPT_FOR, Subject, seconds},
    folder::{Ledger, name_of_shard},
    shard,
};
use crate::{clock, state_dir::StateDir};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn entry(name: &str, number: u64, now: SystemTime) -> Entry {
    // As long as a signed URL with a security token is.
    let query = format!(
        "OSSAccessKeyId=STS.N&Expires=1&Signature={}",
        "s".repeat(600)
    );
    let url = format!("https://bkt.oss-cn-hangzhou.aliyuncs.com/u/{number}/{name}?{query}");
    Entry {
        subject: Subject {
            account: "0123456789abcdef".into(),
            base_url: "https://open.vectcut.com".into(),
            name: name.into(),
            len_bytes: 1024,
        },
        content_type: "video/mp4".into(),
        path: format!("/clips/{number}/{name}"),
        mark: None,
        crc64: number,
        bucket: "bkt".into(),
        object_key: format!("u/{number}/{name}"),
        etag: Some("25F9E794".into()),
        uploaded: seconds(now),
        proven: seconds(now),
        url: (&SignedUrl::parse(&url).expect("a good URL")).into(),
    }
}

fn written(entries: &[Entry], now: SystemTime) -> Vec<u8> {
    let oldest_first = entries.iter().rev();
    oldest_first.fold(Vec::new(), |text, entry| shard::with(&text, entry, now))
}

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.crc64).collect()
}

#[test]
fn entries_of_a_subject_are_found_newest_first_and_others_are_not() {
    let now = clock::system();
    let entries = [
        entry("a.mp4", 1, now),
        entry("b.mp4", 2, now),
        entry("a.mp4", 3, now),
    ];
    let text = written(&entries, now);
    assert_eq!(numbers(&shard::all(&text, now)), [1, 2, 3]);
    let subject = &entries[0].subject;
    assert_eq!(numbers(&shard::of_subject(&text, subject, now)), [1, 3]);
    let differing: [fn(&mut Subject); 4] = [
        |subject| subject.account.push('0'),
        |subject| subject.base_url.push('0'),
        |subject| subject.name.push('0'),
        |subject| subject.len_bytes += 1,
    ];
    for differ in differing {
        let mut other = subject.clone();
        differ(&mut other);
        assert_ne!(other.hash(), subject.hash());
        assert!(shard::of_subject(&text, &other, now).is_empty());
    }
}

#[test]
fn a_newer_upload_of_the_same_file_takes_the_place_of_the_older() {
    let now = clock::system();
    let older = entry("a.mp4", 1, now);
    let newer = Entry {
        crc64: 9,
        ..older.clone()
    };
    let other_type = Entry {
        content_type: "video/quicktime".into(),
        ..older.clone()
    };
    let text = written(&[newer, other_type, older], now);
    assert_eq!(numbers(&shard::all(&text, now)), [9, 1]);
}

#[test]
fn what_is_damaged_is_dropped_and_never_believed() {
    let now = clock::system();
    let entries = [entry("a.mp4", 1, now), entry("a.mp4", 2, now)];
    let text = written(&entries, now);
    let second_line = text.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    for at in 0..text.len() {
        let mut flipped = text.clone();
        flipped[at] ^= 1;
        let found = numbers(&shard::all(&flipped, now));
        let expected: &[u64] = match at {
            // Without the line break, both are one line.
            _ if at + 1 == second_line => &[],
            _ if at < second_line => &[2],
            _ => &[1],
        };
        assert_eq!(found, expected, "a flipped bit in byte {at}");
    }
    for end in 0..text.len() {
        let found = numbers(&shard::all(&text[..end], now));
        let expected: &[u64] = if end < second_line { &[] } else { &[1] };
        assert_eq!(found, expected, "cut to {end} bytes");
    }
    let kept = shard::with(&text[..text.len() - 1], &entry("b.mp4", 3, now), now);
    assert_eq!(numbers(&shard::all(&kept, now)), [3, 1]);
}

#[test]
fn an_entry_of_90_days_ago_is_not_found_and_not_written_again() {
    let now = clock::system();
    let entries = [entry("a.mp4", 1, now), entry("b.mp4", 2, now + 30 * DAY)];
    let text = written(&entries, now);
    let later = now + KEPT_FOR + DAY;
    assert_eq!(numbers(&shard::all(&text, now + KEPT_FOR)), [1, 2]);
    assert_eq!(numbers(&shard::all(&text, later)), [2]);
    assert!(shard::of_subject(&text, &entries[0].subject, later).is_empty());
    let text = shard::with(&text, &entry("c.mp4", 3, later), later);
    assert_eq!(numbers(&shard::all(&text, now)), [2]);
    // A clock was far ahead once, or is far behind now.
    assert!(shard::all(&text, now - KEPT_FOR).is_empty());
}

#[test]
fn debug_of_an_entry_does_not_show_its_link() {
    let shown = format!("{:?}", entry("a.mp4", 1, clock::system()));
    assert!(shown.contains("[redacted]"), "{shown}");
    assert!(!shown.contains("Signature"), "{shown}");
}

fn ledger(folder: &tempfile::TempDir) -> (Ledger, StateDir) {
    let state_dir = StateDir::open(&folder.path().join("state")).expect("our own folder");
    let ledger = Ledger::open(&state_dir).expect("our own folder");
    (ledger, state_dir.folder("ledger").expect("our own folder"))
}

fn shards(folder: &StateDir) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.path("")).expect("the folder");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let is_shard = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "ledger");
    paths.filter(is_shard).collect()
}

#[tokio::test]
async fn a_look_reads_one_file_of_many() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, files) = ledger(&folder);
    let now = clock::system();
    for number in 0..40 {
        let entry = entry(&format!("{number}.mp4"), number, now);
        ledger.record(entry, Duration::from_secs(5)).await;
    }
    let wanted = entry("7.mp4", 7, now).subject;
    let shards = shards(&files);
    assert!(shards.len() > 20, "{} files", shards.len());
    assert_eq!(ledger.all().await.expect("readable").len(), 40);
    for path in &shards {
        let text = std::fs::read(path).expect("a file");
        if shard::of_subject(&text, &wanted, now).is_empty() {
            // Whoever reads this fails.
            std::fs::remove_file(path).expect("removed");
            std::fs::create_dir(path).expect("a folder in its place");
        }
    }
    ledger.all().await.expect_err("it reads them all");
    assert_eq!(numbers(&ledger.look_up(&wanted).await), [7]);
}

#[tokio::test]
async fn processes_that_write_at_once_lose_no_entry() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = clock::system();
    let writing = (0..20).map(|number| {
        let (ledger, _) = ledger(&folder);
        // All in one shard.
        let entry = entry("a.mp4", number, now);
        tokio::spawn(async move { ledger.record(entry, Duration::from_secs(20)).await })
    });
    for written in writing.collect::<Vec<_>>() {
        written.await.expect("no panic");
    }
    let (ledger, files) = ledger(&folder);
    assert_eq!(ledger.all().await.expect("readable").len(), 20);
    assert_eq!(shards(&files).len(), 1);
}

#[tokio::test]
async fn a_write_sweeps_files_that_nobody_wrote_to_for_as_long_as_an_entry_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, files) = ledger(&folder);
    let now = clock::system();
    let left = ["000.ledger", "001.ledger", ".tmp123"].map(|name| files.path(name));
    for (path, age) in left.iter().zip([KEPT_FOR + DAY, DAY, KEPT_FOR + DAY]) {
        let file = std::fs::File::create(path).expect("a file");
        file.set_modified(now - age).expect("its time");
    }
    let limit = Duration::from_secs(5);
    ledger.record(entry("a.mp4", 1, now), limit).await;
    assert_eq!(
        left.each_ref().map(|path| path.exists()),
        [false, true, false]
    );
}

#[tokio::test]
async fn entries_are_removed_and_the_others_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, _) = ledger(&folder);
    for number in 0..10 {
        let entry = entry(&format!("{number}.mp4"), number, clock::system());
        ledger.record(entry, Duration::from_secs(5)).await;
    }
    let removed = ledger.remove(|entry| entry.crc64 < 3).await;
    assert_eq!(removed.expect("writable"), 3);
    assert_eq!(ledger.all().await.expect("readable").len(), 7);
}

/// Prints how long a look and a write take among 100,000 entries.
#[tokio::test]
#[ignore = "a measurement: `cargo test --release -p vectcut-upload --lib among_100_000 -- --ignored --nocapture`"]
async fn a_look_and_a_write_among_100_000_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, files) = ledger(&folder);
    let now = clock::system();
    let mut texts = std::collections::BTreeMap::<_, Vec<u8>>::new();
    for number in 0..100_000 {
        let entry = entry(&format!("clip-{number}.mp4"), number, now);
        let text = texts.entry(name_of_shard(entry.subject.hash()));
        text.or_default().extend(shard::with(&[], &entry, now));
    }
    for (name, text) in texts {
        files.replace(&name, &text).expect("written");
    }
    let (mut looks, mut writes) = (Vec::new(), Vec::new());
    for number in (0..100_000).step_by(500) {
        let entry = entry(&format!("clip-{number}.mp4"), number, now);
        let begun = clock::monotonic();
        let found = ledger.look_up(&entry.subject).await;
        looks.push(clock::since(begun));
        assert_eq!(numbers(&found), [number]);
        let begun = clock::monotonic();
        ledger.record(entry, Duration::from_secs(5)).await;
        writes.push(clock::since(begun));
    }
    for (what, mut times) in [("look", looks), ("write", writes)] {
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!(
            "{what}: median {median:?}, worst of {} {worst:?}",
            times.len()
        );
    }
}
