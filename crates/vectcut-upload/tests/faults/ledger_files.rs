//! The ledger's files: who can read them, what they hold, and what happens when they cannot be used.

use std::path::PathBuf;

use oss_client::Crc64Digest;
use vectcut_sandbox::{Sandbox, Step};
use vectcut_upload::Outcome;

use crate::bench::{Bench, SMALL};

async fn uploaded() -> Bench {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    bench
}

/// Uploads once more, and asserts how it ended and that the result is right.
async fn assert_outcome(bench: &Bench, expected: Outcome) {
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, expected);
    bench.assert_stored(&published);
}

/// The only file with entries.
fn shard(bench: &Bench) -> PathBuf {
    let entries = std::fs::read_dir(bench.state_dir().join("ledger")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut shards = paths.filter(|path| path.extension().is_some_and(|it| it == "ledger"));
    let shard = shards.next().expect("a shard");
    assert!(shards.next().is_none(), "a second shard");
    shard
}

#[tokio::test]
async fn the_ledger_holds_no_credential() {
    let bench = uploaded().await;
    let text = std::fs::read_to_string(shard(&bench)).unwrap();
    assert!(text.contains("\"object_key\""));
    assert!(!text.contains(&bench.sandbox.settings().api_key));
    let puts = bench.arrivals(Step::PutObject);
    let token = puts[0].header("x-oss-security-token").unwrap();
    assert!(!text.contains(token));
    assert!(!text.contains("access_key_secret"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_ledger_with_its_links_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = uploaded().await;
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(shard(&bench)), 0o600);
    assert_eq!(mode(bench.state_dir().join("ledger")), 0o700);
    assert_eq!(mode(bench.state_dir().join("ledger/lock")), 0o600);
    std::fs::set_permissions(shard(&bench), PermissionsExt::from_mode(0o644)).unwrap();
    assert_outcome(&bench, Outcome::Reused).await;
    assert_eq!(mode(shard(&bench)), 0o600);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_place_of_the_ledger_leads_no_url_elsewhere() {
    let bench = uploaded().await;
    let victim = bench.path().with_file_name("victim.txt");
    std::fs::write(&victim, "precious").unwrap();
    let shard = shard(&bench);
    std::fs::remove_file(&shard).unwrap();
    std::os::unix::fs::symlink(&victim, &shard).unwrap();
    assert_outcome(&bench, Outcome::Uploaded).await;
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
}

#[tokio::test]
async fn a_damaged_ledger_is_forgotten_and_the_file_is_sent() {
    let bench = uploaded().await;
    let shard = shard(&bench);
    let good = std::fs::read(&shard).unwrap();
    let mut flipped = good.clone();
    let at = good.windows(5).position(|bytes| bytes == b"crc64").unwrap();
    flipped[at + 8] ^= 1;
    for damaged in [
        flipped,
        good[..good.len() / 2].to_vec(),
        b"\xff\n{}\n".to_vec(),
    ] {
        std::fs::write(&shard, damaged).unwrap();
        assert_outcome(&bench, Outcome::Uploaded).await;
        assert_outcome(&bench, Outcome::Reused).await;
    }
}

#[tokio::test]
async fn a_ledger_that_cannot_be_used_is_no_obstacle() {
    type Blocking = fn(&Bench);
    let ways: [Blocking; 3] = [
        // The whole of it.
        |bench| {
            std::fs::remove_dir_all(bench.state_dir().join("ledger")).unwrap();
            std::fs::write(bench.state_dir().join("ledger"), "").unwrap();
        },
        // It cannot be read.
        |bench| {
            let shard = shard(bench);
            std::fs::remove_file(&shard).unwrap();
            std::fs::create_dir(&shard).unwrap();
        },
        // It cannot be locked, so nothing is recorded.
        |bench| {
            std::fs::remove_file(shard(bench)).unwrap();
            let lock = bench.state_dir().join("ledger/lock");
            std::fs::remove_file(&lock).unwrap();
            std::fs::create_dir(&lock).unwrap();
        },
    ];
    for block in ways {
        let bench = uploaded().await;
        block(&bench);
        for _ in 0..2 {
            assert_outcome(&bench, Outcome::Uploaded).await;
        }
    }
}

#[tokio::test]
async fn a_lock_that_another_process_never_frees_delays_the_result_by_two_seconds_at_most() {
    let bench = uploaded().await;
    let lock = std::fs::File::open(bench.state_dir().join("ledger/lock")).unwrap();
    lock.lock().unwrap();
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Reused);
    assert!(published.elapsed.as_secs() < 10, "{:?}", published.elapsed);
}

#[tokio::test]
async fn an_entry_is_believed_for_90_days_and_no_longer() {
    for (days, expected) in [(89, Outcome::Reused), (91, Outcome::Uploaded)] {
        let bench = uploaded().await;
        let shard = shard(&bench);
        let text = std::fs::read_to_string(&shard).unwrap();
        let mut fields = text.trim_end().splitn(4, ' ').skip(1);
        let (hash, proven) = (fields.next().unwrap(), fields.next().unwrap());
        let json = fields.next().unwrap();
        let proven = u64::from_str_radix(proven, 16).unwrap() - days * 24 * 60 * 60;
        let rest = format!("{hash} {proven:016x} {json}");
        let mut digest = Crc64Digest::new();
        digest.update(rest.as_bytes());
        let checksum = digest.value().value();
        std::fs::write(&shard, format!("{checksum:016x} {rest}\n")).unwrap();
        assert_outcome(&bench, expected).await;
    }
}
