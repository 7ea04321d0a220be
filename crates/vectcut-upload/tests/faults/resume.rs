//! Uploads that are stopped, killed or continued.

use std::time::Duration;

use vectcut_sandbox::{Fault, OssCode, Policy, Renewal, Sandbox, Step};
use vectcut_upload::{Event, Outcome, Stop, StopReason, Upload, UploadError};

use crate::bench::{Bench, KIB, LARGE, MIB, acknowledged, slow, stopped_midway};

#[tokio::test]
async fn a_stopped_upload_continues_and_sends_nothing_acknowledged_again() {
    let bench = Bench::new(LARGE, slow()).await;
    let safe_bytes = stopped_midway(&bench, 4).await;
    assert!(safe_bytes >= 2 * 256 * KIB as u64, "{safe_bytes}");
    let outcome = bench.upload().await;
    let resumed = Event::Resuming {
        safe_bytes,
        len_bytes: LARGE as u64,
    };
    assert!(
        outcome.told(|event| *event == resumed),
        "{:?}",
        outcome.events
    );
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Resumed);
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::Init).len(), 1);
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
    // A response that was on its way when the stop came may be unknown to the client, one for each connection.
    let (mut once, mut again) = (std::collections::HashSet::new(), 0);
    acknowledged(&bench)
        .into_iter()
        .for_each(|number| again += usize::from(!once.insert(number)));
    assert!(again <= 12, "{again} parts were sent twice");
}

#[tokio::test]
async fn an_upload_continues_on_new_credentials_after_the_old_ones_ended() {
    for renewal in [Renewal::SameKey, Renewal::NewKeyWithAccess, Renewal::NewKey] {
        let bench = Bench::new(LARGE, slow().policy(Policy::default().renewal(renewal))).await;
        stopped_midway(&bench, 4).await;
        bench
            .sandbox
            .inject(Fault::at(Step::UploadPart).expires_credentials());
        let published = bench.upload().await.published();
        let expected = if renewal == Renewal::NewKey {
            Outcome::Uploaded
        } else {
            Outcome::Resumed
        };
        assert_eq!(published.outcome, expected, "{renewal:?}");
        bench.assert_stored(&published);
    }
}

#[tokio::test]
async fn a_file_that_changed_between_two_runs_starts_anew_and_says_so() {
    let mut bench = Bench::new(LARGE, slow()).await;
    stopped_midway(&bench, 2).await;
    bench.rewrite(LARGE - 5);
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| *event == Event::FileChanged));
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn a_damaged_journal_heals_itself() {
    for damage in [
        b"{".as_slice(),
        b"",
        b"\xff\xff\xff\n\n\n",
        b"{\"journal\":1}\n",
    ] {
        let bench = Bench::new(LARGE, slow()).await;
        stopped_midway(&bench, 2).await;
        let journal = std::fs::read_dir(bench.state_dir().join("uploads"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        std::fs::write(journal.path(), damage).unwrap();
        bench.assert_stored(&bench.upload().await.published());
    }
}

#[tokio::test]
async fn a_stale_journal_of_an_upload_that_oss_forgot_heals_itself() {
    let bench = Bench::new(LARGE, slow()).await;
    stopped_midway(&bench, 2).await;
    bench
        .sandbox
        .inject(Fault::at(Step::UploadPart).forgets_uploads());
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::StartedOver { .. })));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_run_after_a_failed_complete_only_completes() {
    let bench = Bench::new(
        LARGE,
        Sandbox::builder().fault(Fault::at(Step::Complete).status(400)),
    )
    .await;
    let error = bench.upload().await.error();
    assert!(error.object_key().is_some());
    let sent = bench.arrivals(Step::UploadPart).len();
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Completed);
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::UploadPart).len(), sent);
}

#[tokio::test]
async fn two_runs_on_the_same_file_take_turns() {
    let bench = Bench::new(MIB, Sandbox::builder().strict()).await;
    let (first, second) = tokio::join!(bench.upload(), bench.upload());
    assert!(
        first.told(|event| *event == Event::Waiting)
            != second.told(|event| *event == Event::Waiting)
    );
    bench.assert_stored(&first.published());
    bench.assert_stored(&second.published());
}

fn refuses_the_second_put() -> Fault {
    Fault::at(Step::PutObject)
        .oss_error(OssCode::InvalidArgument)
        .skipping(1)
}

#[tokio::test]
async fn a_batch_passes_over_what_is_up_and_starts_afresh_when_all_is() {
    let bench = Bench::new(
        100 * KIB,
        Sandbox::builder().strict().fault(refuses_the_second_put()),
    )
    .await;
    let second = bench.path().with_file_name("second.mp4");
    std::fs::copy(bench.path(), &second).unwrap();
    let uploads = [Upload::new(bench.path()), Upload::new(second)];
    let mut urls = Vec::new();
    for expected_puts in [2, 3, 5] {
        let mut results = Vec::new();
        let mut keep = |_, result: Result<vectcut_upload::Published, UploadError>| {
            results.push(
                result
                    .ok()
                    .map(|published| published.public_signed_url.expose().to_owned()),
            );
        };
        bench
            .forgetful_uploader()
            .upload_all(&uploads, 1, &mut |_, _| {}, &mut keep)
            .await;
        assert_eq!(bench.arrivals(Step::PutObject).len(), expected_puts);
        urls.push(results);
    }
    assert!(urls[0][1].is_none());
    assert_eq!(urls[0][0], urls[1][0], "the same result again");
    assert_ne!(urls[1][0], urls[2][0], "a fresh upload");
}

#[tokio::test]
async fn a_state_directory_that_cannot_be_used_is_no_obstacle() {
    let bench = Bench::new(LARGE, Sandbox::builder().strict()).await;
    let uploader = bench
        .uploader()
        .state_dir(bench.path().join("below a file"));
    let outcome = bench.upload_with(&uploader).await;
    assert!(outcome.told(|event| matches!(event, Event::NotKept { .. })));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_stop_is_heard_whatever_the_upload_waits_for() {
    for step in [
        Step::Init,
        Step::InitiateUpload,
        Step::UploadPart,
        Step::CompleteUpload,
        Step::Complete,
    ] {
        let bench = Bench::new(
            LARGE,
            Sandbox::builder().fault(Fault::at(step).delays(Duration::from_secs(20)).always()),
        )
        .await;
        let stop = Stop::new();
        let uploader = bench.uploader().stop_on(stop.clone());
        let stopped = async {
            bench
                .until("it waits there", |bench| !bench.arrivals(step).is_empty())
                .await;
            stop.request(StopReason::Interrupted);
        };
        let both = async { tokio::join!(bench.upload_with(&uploader), stopped).0 };
        let outcome = tokio::time::timeout(Duration::from_secs(5), both)
            .await
            .expect("it stops at once");
        assert!(matches!(
            outcome.error(),
            UploadError::Stopped {
                reason: StopReason::Interrupted,
                ..
            }
        ));
    }
}

#[tokio::test]
async fn a_ticket_that_was_withdrawn_since_is_renewed_without_losing_a_part() {
    for code in [OssCode::SignatureDoesNotMatch, OssCode::AccessDenied] {
        let policy = Policy::default().renewal(Renewal::SameKey);
        let bench = Bench::new(LARGE, slow().policy(policy)).await;
        stopped_midway(&bench, 4).await;
        bench
            .sandbox
            .inject(Fault::at(Step::UploadPart).oss_error(code));
        let published = bench.upload().await.published();
        assert_eq!(published.outcome, Outcome::Resumed, "{code:?}");
        bench.assert_stored(&published);
    }
}

#[tokio::test]
async fn a_kept_url_that_has_ended_is_asked_for_again_without_sending() {
    let sandbox = Sandbox::builder().strict().fault(refuses_the_second_put());
    let bench = Bench::new(100 * KIB, sandbox).await;
    let second = bench.path().with_file_name("second.mp4");
    std::fs::copy(bench.path(), &second).unwrap();
    let uploads = [Upload::new(bench.path()), Upload::new(second.clone())];
    let mut first_results = Vec::new();
    for _ in 0..2 {
        let mut keep = |index, result: Result<vectcut_upload::Published, UploadError>| {
            if index == 0 {
                first_results.push(result.unwrap());
            }
        };
        bench
            .forgetful_uploader()
            .upload_all(&uploads, 1, &mut |_, _| {}, &mut keep)
            .await;
        if bench.journals() == 2 {
            edit_published(&bench);
        }
    }
    assert_eq!(first_results[1].outcome, Outcome::Completed);
    assert!(
        !first_results[1]
            .public_signed_url
            .expose()
            .contains("Expires=1&")
    );
    assert_eq!(bench.arrivals(Step::PutObject).len(), 3);
}

/// Lets the kept URL have ended long ago.
fn edit_published(bench: &Bench) {
    for entry in std::fs::read_dir(bench.state_dir().join("uploads")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, after) = match text.split_once("\"url\":\"") {
            Some(parts) => parts,
            None => continue,
        };
        let (_, after) = after.split_once('"').unwrap();
        let ended = "http://bkt.example/k?Expires=1&Signature=s";
        std::fs::write(path, format!("{before}\"url\":\"{ended}\"{after}")).unwrap();
    }
}
