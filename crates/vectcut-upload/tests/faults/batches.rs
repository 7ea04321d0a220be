//! Several files: what is wrong with all is found once, and what is uploaded stays so.

use std::{path::PathBuf, time::Duration};

use vectcut_sandbox::{Fault, Sandbox, Step, Target};
use vectcut_upload::{
    Event, Fault as Blame, Outcome, Published, RetryPolicy, Stop, StopReason, Upload, UploadError,
    Uploader,
};

use crate::bench::{Bench, KIB, LARGE, SMALL, slow};

/// Copies the bench's file to this many clips, and returns them in the order of their names.
fn clips(bench: &Bench, count: usize) -> Vec<Upload> {
    let path = |index| bench.path().with_file_name(format!("{index:04}.mp4"));
    let paths: Vec<PathBuf> = (1..=count).map(path).collect();
    for path in &paths {
        std::fs::copy(bench.path(), path).unwrap();
    }
    paths.into_iter().map(Upload::new).collect()
}

/// Uploads a batch, and returns the results in the order of the files.
async fn upload_all(
    uploader: &Uploader,
    uploads: &[Upload],
    jobs: usize,
) -> Vec<Result<Published, UploadError>> {
    let mut results = Vec::new();
    uploader
        .upload_all(uploads, jobs, &mut |_, _| {}, &mut |index, result| {
            results.push((index, result));
        })
        .await;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Asserts that every file failed for this reason, most of them because of another one, and that few requests were sent.
#[track_caller]
fn assert_ended(results: &[Result<Published, UploadError>], blame: Blame, code: &str) {
    let mut own = 0;
    for result in results {
        let error = result.as_ref().unwrap_err();
        assert_eq!((error.fault(), error.code()), (blame, code), "{error:?}");
        match error {
            UploadError::BatchEnded { cause, .. } => {
                let is_said_once = !cause.message.contains("not uploaded");
                assert!(is_said_once, "{error}");
            }
            _ => own += 1,
        }
    }
    assert!((1..=4).contains(&own), "{own} files failed on their own");
}

#[tokio::test]
async fn a_refused_key_or_account_ends_a_batch_of_a_thousand_files_at_once() {
    let init = || Fault::at(Step::Init);
    for (refused, blame, code) in [
        (init().status(401), Blame::ApiKey, "api_key_refused"),
        // The membership has expired.
        (init().refuses(403), Blame::Refused, "backend_refused"),
    ] {
        let bench = Bench::new(10, Sandbox::builder().fault(refused.always())).await;
        let uploads = clips(&bench, 1000);
        let results = upload_all(&bench.uploader(), &uploads, 4).await;
        assert_eq!(results.len(), 1000);
        assert_ended(&results, blame, code);
        assert!(bench.arrivals(Step::Init).len() <= 4);
    }
}

#[tokio::test]
async fn a_server_that_is_down_ends_a_batch_once_it_is_given_up() {
    let retry = RetryPolicy::default()
        .base(Duration::from_millis(5))
        .cap(Duration::from_millis(50))
        .give_up_after(Duration::from_millis(500))
        .unreachable_after(Duration::from_millis(500));
    for (target, code) in [
        (Target::Backend, "backend_failing"),
        (Target::Oss, "oss_failing"),
    ] {
        let down = Fault::at(target).status(502).always();
        // The backend accepts a file shortly before another one has given up OSS.
        let late = Fault::at(Step::Init)
            .delays(Duration::from_millis(300))
            .skipping(2);
        let sandbox = Sandbox::builder().fault(down).fault(late);
        let bench = Bench::new(SMALL, sandbox).await;
        let uploads = clips(&bench, 100);
        let uploader = bench.uploader().retry(retry);
        let results = upload_all(&uploader, &uploads, 3).await;
        assert_eq!(results.len(), 100);
        assert_ended(&results, Blame::Network, code);
        assert!(bench.sandbox.journal().len() < 1000);
    }
}

#[tokio::test]
async fn a_file_that_was_under_way_when_the_batch_ended_can_be_resumed_at_once() {
    let bench = Bench::new(4 * LARGE, slow()).await;
    // The first two files are accepted. Once the small one is uploaded, the third one meets the refusal.
    let refused = Fault::at(Step::Init).status(401).skipping(2);
    bench.sandbox.inject(refused);
    // Parts of the large file are acknowledged meanwhile.
    let late = Fault::at(Step::Complete).delays(Duration::from_millis(500));
    bench.sandbox.inject(late);
    let small = bench.path().with_file_name("small.mp4");
    std::fs::write(&small, "small").unwrap();
    let large = || Upload::new(bench.path());
    let uploads = [large(), Upload::new(&small), large().name("third.mp4")];
    let uploader = bench.uploader().part_size(128 * KIB as u64);
    let results = upload_all(&uploader, &uploads, 2).await;
    let codes = results
        .iter()
        .map(|result| result.as_ref().err().map(UploadError::code));
    let refused = Some("api_key_refused");
    assert_eq!(codes.collect::<Vec<_>>(), [refused, None, refused]);
    assert!(matches!(results[0], Err(UploadError::BatchEnded { .. })));

    let outcome = bench.upload().await;
    assert!(!outcome.told(|event| *event == Event::Waiting));
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Resumed);
}

#[tokio::test]
async fn a_file_that_fails_alone_ends_no_batch() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let mut uploads = clips(&bench, 5);
    uploads.insert(2, Upload::new(bench.path().with_file_name("missing.mp4")));
    let results = upload_all(&bench.uploader(), &uploads, 1).await;
    let failed: Vec<_> = (0..results.len())
        .filter(|index| results[*index].is_err())
        .collect();
    assert_eq!(failed, [2]);
    assert_eq!(results[2].as_ref().unwrap_err().code(), "file_missing");
}

#[tokio::test]
async fn what_a_stopped_batch_has_uploaded_is_used_again_though_a_clip_joined_it() {
    let bench = Bench::new(100 * KIB, Sandbox::builder().strict()).await;
    let mut uploads = clips(&bench, 4);
    let stop = Stop::new();
    let uploader = bench.forgetful_uploader().stop_on(stop.clone());
    let mut first = Vec::new();
    uploader
        .upload_all(&uploads, 1, &mut |_, _| {}, &mut |index, result| {
            first.push(result);
            if index == 1 {
                stop.request(StopReason::BudgetEnded);
            }
        })
        .await;
    let is_up: Vec<_> = first.iter().map(Result::is_ok).collect();
    assert_eq!(is_up, [true, true, false, false]);
    let earlier = bench.path().with_file_name("0000.mp4");
    std::fs::copy(bench.path(), &earlier).unwrap();
    uploads.insert(0, Upload::new(earlier));

    let second = upload_all(&bench.forgetful_uploader(), &uploads, 1).await;
    let second: Vec<_> = second.into_iter().map(Result::unwrap).collect();
    let outcomes: Vec<_> = second.iter().map(|published| published.outcome).collect();
    let (sent, kept) = (Outcome::Uploaded, Outcome::Completed);
    assert_eq!(outcomes, [sent, kept, kept, sent, sent]);
    for (first, second) in first[..2].iter().zip(&second[1..3]) {
        assert_eq!(first.as_ref().unwrap().object_key, second.object_key);
    }
    assert_eq!(bench.arrivals(Step::PutObject).len(), 5);
    assert_eq!(bench.journals(), 0);
}
