//! Files that change: between two runs, and while they are sent.

use std::io::{Seek, Write};

use vectcut_sandbox::{Policy, Renewal, Rights, Sandbox, Step};
use vectcut_upload::{Event, Fault as Blame, Upload};

use crate::bench::{Bench, KIB, LARGE, MIB, slow, stopped_midway};

/// Changes bytes of the file in place and sets its time back, as `exiftool -P` does. No sample of its fingerprint is there.
fn change_behind_its_time(bench: &mut Bench) {
    let mut bytes = std::fs::read(bench.path()).unwrap();
    let modified = std::fs::metadata(bench.path()).unwrap().modified().unwrap();
    let at = 300 * KIB;
    bytes[at..at + KIB].fill(0);
    let mut file = std::fs::File::options()
        .write(true)
        .open(bench.path())
        .unwrap();
    file.seek(std::io::SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&bytes[at..at + KIB]).unwrap();
    file.set_modified(modified).unwrap();
    bench.expect(bytes);
}

#[tokio::test]
async fn a_part_that_changed_between_two_runs_is_sent_again_whatever_the_times_say() {
    let mut bench = Bench::new(LARGE, slow()).await;
    let safe_bytes = stopped_midway(&bench, 6).await;
    assert!(safe_bytes >= 2 * 256 * KIB as u64, "{safe_bytes}");
    change_behind_its_time(&mut bench);
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::Resuming { .. })));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_stored_object_whose_file_changed_is_sent_again_whatever_the_times_say() {
    let fault = vectcut_sandbox::Fault::at(Step::Complete).refuses(402);
    let mut bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.upload().await.error();
    change_behind_its_time(&mut bench);
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| *event == Event::FileChanged));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_file_that_grows_is_found_out_long_before_all_of_it_is_sent() {
    let bench = Bench::new(LARGE, slow()).await;
    let path = bench.path().to_owned();
    let mut grows = |event| {
        if matches!(event, Event::Progress { safe_bytes, .. } if safe_bytes > 0) {
            let mut file = std::fs::File::options().append(true).open(&path).unwrap();
            file.write_all(b"x").unwrap();
        }
    };
    let uploader = bench.uploader().streams(1).part_size(256 * KIB as u64);
    let upload = Upload::new(bench.path());
    let error = uploader.upload(&upload, &mut grows).await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Blame::File, "file_changed"));
    let parts = bench.arrivals(Step::UploadPart).len();
    assert!(parts < LARGE / (256 * KIB) / 2, "{parts} parts were sent");
    bench.assert_not_completed();
}

#[tokio::test]
async fn a_file_that_gets_shorter_is_found_out() {
    let bench = Bench::new(LARGE, slow()).await;
    let path = bench.path().to_owned();
    let mut cuts = |event| {
        if matches!(event, Event::Progress { safe_bytes, .. } if safe_bytes > 0) {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_len(MIB as u64).unwrap();
        }
    };
    let uploader = bench.uploader().streams(1).part_size(256 * KIB as u64);
    let upload = Upload::new(bench.path());
    let error = uploader.upload(&upload, &mut cuts).await.unwrap_err();
    assert_eq!(error.code(), "file_changed");
    bench.assert_not_completed();
}

fn allows_abort() -> Policy {
    Policy::default()
        .rights(Rights::Full)
        .renewal(Renewal::SameKey)
}

/// Asserts that OSS was asked to drop an upload, and did.
#[track_caller]
fn assert_aborted(bench: &Bench) {
    let aborts = bench.arrivals(Step::AbortUpload);
    assert_eq!(aborts.len(), 1);
    assert_eq!(aborts[0].status, Some(204));
}

#[tokio::test]
async fn an_upload_whose_file_changes_is_aborted_where_that_is_allowed() {
    let bench = Bench::new(LARGE, Sandbox::builder().policy(allows_abort())).await;
    let path = bench.path().to_owned();
    let mut grows = |event| {
        if event == Event::Step(vectcut_upload::Step::Put) {
            let mut file = std::fs::File::options().append(true).open(&path).unwrap();
            file.write_all(b"x").unwrap();
        }
    };
    let upload = Upload::new(bench.path());
    let result = bench.uploader().upload(&upload, &mut grows).await;
    assert_eq!(result.unwrap_err().code(), "file_changed");
    assert_aborted(&bench);
}

#[tokio::test]
async fn the_upload_of_a_file_that_changed_between_two_runs_is_aborted_where_that_is_allowed() {
    let mut bench = Bench::new(LARGE, slow().policy(allows_abort())).await;
    stopped_midway(&bench, 2).await;
    bench.rewrite(LARGE + 1);
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| *event == Event::FileChanged));
    bench.assert_stored(&outcome.published());
    assert_aborted(&bench);
}

#[tokio::test]
async fn an_upload_that_may_still_be_resumed_is_never_aborted() {
    let policy = allows_abort();
    let bench = Bench::new(LARGE, slow().policy(policy)).await;
    stopped_midway(&bench, 2).await;
    bench.sandbox.inject(
        vectcut_sandbox::Fault::at(Step::UploadPart)
            .status(502)
            .always(),
    );
    assert!(bench.upload().await.error().is_retryable());
    assert_eq!(bench.arrivals(Step::AbortUpload).len(), 0);
}
