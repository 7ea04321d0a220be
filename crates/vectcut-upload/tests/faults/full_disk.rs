//! A state directory on a disk that is full.
//!
//! A limit on the size of files stands for the full disk. It holds for a whole process, so the upload runs in one of its
//! own: this test program once more.

use std::process::Command;

use vectcut_sandbox::Sandbox;
use vectcut_upload::{Event, Stop, StopReason, Upload, UploadError};

use crate::bench::{self, Bench, KIB, LARGE};

const TEST_OF_THE_CHILD: &str = "full_disk::an_upload_that_is_stopped_on_a_full_disk";

#[tokio::test]
async fn a_journal_that_cannot_be_written_is_said_once_and_promises_nothing() {
    let bench = Bench::new(LARGE, Sandbox::builder().strict()).await;
    let settings = bench.sandbox.settings();
    let child = Command::new("sh")
        // Writing past the limit then fails with an error, as on a full disk, instead of ending the process.
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", TEST_OF_THE_CHILD, "--ignored", "--nocapture"])
        .env("BASE_URL", &settings.base_url)
        .env("ENDPOINT", &settings.oss_endpoint)
        .env("API_KEY", &settings.api_key)
        .env("STATE_DIR", bench.state_dir())
        .env("CLIP", bench.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{child:?}");
    assert!(said.contains("1 passed"), "{said}");
    // What could be written is still good for something.
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
#[ignore = "needs the limit and the settings that the test above gives it"]
async fn an_upload_that_is_stopped_on_a_full_disk() {
    #[expect(clippy::disallowed_methods, reason = "the test above sets them")]
    let setting = |name| std::env::var(name).expect("a setting of the test above");
    let stop = Stop::new();
    let uploader = bench::uploader(
        &setting("BASE_URL"),
        &setting("ENDPOINT"),
        &setting("API_KEY"),
        None,
        setting("STATE_DIR").into(),
    )
    .part_size(128 * KIB as u64)
    .streams(1)
    .limit_rate(2 * 1024 * KIB as u64)
    .stop_on(stop.clone());
    let mut reasons = Vec::new();
    let mut on_event = |event| match event {
        Event::NotKept { reason, .. } => reasons.push(reason),
        Event::Progress { safe_bytes, .. } if safe_bytes as usize > LARGE / 2 => {
            stop.request(StopReason::Interrupted);
        }
        _ => {}
    };
    let upload = Upload::new(setting("CLIP"));
    let error = uploader.upload(&upload, &mut on_event).await.unwrap_err();
    let UploadError::Stopped { progress, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(progress.safe_bytes as usize > LARGE / 2);
    assert!(!progress.is_kept);
    assert!(!error.is_kept());
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].contains("could not be written"), "{reasons:?}");
}
