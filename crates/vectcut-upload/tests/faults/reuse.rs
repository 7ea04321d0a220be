//! The same content under the same name is not sent twice, and a reuse is never wrong.
//!
//! Each test uploads once, changes one thing, and uploads again.

use std::{path::Path, time::Duration};

use vectcut_sandbox::{Fault, Response, Sandbox, Step};
use vectcut_upload::{Event, Outcome, Published, Stop, StopReason, Upload, UploadError};

use crate::bench::{Bench, LARGE, SMALL, noise, slow};

/// A sandbox, and a file that is uploaded.
async fn uploaded(len_bytes: usize) -> (Bench, Published) {
    let bench = Bench::new(len_bytes, Sandbox::builder().strict()).await;
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    (bench, published)
}

fn puts(bench: &Bench) -> usize {
    bench.arrivals(Step::PutObject).len()
}

/// Asserts that the file is sent, to another object than the first time, and that the result is its bytes.
async fn assert_sent_again(bench: &Bench, first: &Published) {
    let before = puts(bench);
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    assert_ne!(published.object_key, first.object_key);
    assert_eq!(puts(bench), before + 1);
    bench.assert_stored(&published);
}

/// Asserts that the file is not sent, and that the result is its bytes.
async fn assert_reused(bench: &Bench, first: &Published) -> Vec<Event> {
    let before = puts(bench);
    let outcome = bench.upload().await;
    let events = outcome.events.clone();
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Reused);
    assert_eq!(published.object_key, first.object_key);
    assert_eq!(
        (published.bucket.as_str(), published.len_bytes),
        (first.bucket.as_str(), first.len_bytes)
    );
    assert_eq!(
        (published.crc64, &published.etag, &published.content_type),
        (first.crc64, &first.etag, &first.content_type)
    );
    assert_eq!((published.attempts, puts(bench)), (0, before));
    bench.assert_stored(&published);
    events
}

fn compared(events: &[Event]) -> bool {
    events
        .iter()
        .any(|event| matches!(event, Event::Comparing { .. }))
}

#[tokio::test]
async fn the_same_file_again_is_proven_by_its_url_and_not_sent() {
    for len_bytes in [SMALL, LARGE, 0] {
        let (bench, first) = uploaded(len_bytes).await;
        assert_reused(&bench, &first).await;
        assert_eq!(bench.arrivals(Step::Init).len(), 1);
        assert_eq!(bench.arrivals(Step::Complete).len(), 2);
        let probes = bench.arrivals(Step::GetObject);
        assert_eq!(probes.len(), 1);
        assert_eq!(probes[0].header("range"), Some("bytes=0-0"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_nobody_touched_for_a_while_is_not_read_again() {
    let (bench, first) = uploaded(SMALL).await;
    // Its time of change was too fresh to be trusted, so the first look compares.
    tokio::time::sleep(Duration::from_millis(3100)).await;
    assert!(compared(&assert_reused(&bench, &first).await));
    assert!(!compared(&assert_reused(&bench, &first).await));
    // Anybody may set this time, but not the one of the change of it.
    touch(bench.path());
    assert!(compared(&assert_reused(&bench, &first).await));
}

fn touch(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified + Duration::from_secs(1))
        .unwrap();
    file.set_modified(modified).unwrap();
}

#[tokio::test]
async fn a_deleted_object_is_sent_again() {
    for is_unchecked in [false, true] {
        let (bench, first) = uploaded(SMALL).await;
        bench
            .sandbox
            .delete_object(&first.bucket, &first.object_key)
            .unwrap();
        if is_unchecked {
            // The backend gives a URL of nothing.
            let fault = Fault::at(Step::Complete).completes_unchecked();
            bench.sandbox.inject(fault);
        }
        assert_sent_again(&bench, &first).await;
    }
}

#[tokio::test]
async fn a_replaced_object_is_sent_again() {
    for hides_crc in [false, true] {
        for len_bytes in [SMALL, SMALL - 1] {
            let (bench, first) = uploaded(SMALL).await;
            let mut other = noise(len_bytes);
            other[7] ^= 1;
            bench
                .sandbox
                .replace_object(&first.bucket, &first.object_key, &other)
                .unwrap();
            if hides_crc {
                // Then the length tells, and the ETag.
                bench.sandbox.inject(Fault::at(Step::GetObject).hides_crc());
            }
            assert_sent_again(&bench, &first).await;
        }
    }
}

#[tokio::test]
async fn a_link_that_has_expired_is_renewed_and_one_that_is_born_expired_is_not_believed() {
    let (bench, first) = uploaded(SMALL).await;
    let expired = |times| {
        Fault::at(Step::Complete)
            .publishes_url_for(-10)
            .times(times)
    };
    bench.sandbox.inject(expired(1));
    assert_reused(&bench, &first).await;
    bench.sandbox.inject(expired(2));
    assert_sent_again(&bench, &first).await;
}

#[tokio::test]
async fn a_link_of_long_ago_is_not_handed_out() {
    let sandbox = Sandbox::builder().fault(Fault::at(Step::Complete).publishes_url_for(1));
    let bench = Bench::new(SMALL, sandbox).await;
    let first = bench.upload().await.published();
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let outcome = bench.upload().await;
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Reused);
    let expires_at = published.public_signed_url.expires_at().unwrap();
    assert!(expires_at > first.public_signed_url.expires_at().unwrap() + Duration::from_secs(60));
}

#[tokio::test]
async fn a_renamed_file_is_sent_again_and_a_moved_one_is_not() {
    let (bench, first) = uploaded(SMALL).await;
    let upload_of = async |path: &Path| {
        let upload = Upload::new(path);
        bench.uploader().upload(&upload, &mut |_| {}).await.unwrap()
    };
    let moved = bench.path().with_file_name("elsewhere").join("clip.mp4");
    std::fs::create_dir(moved.parent().unwrap()).unwrap();
    std::fs::rename(bench.path(), &moved).unwrap();
    let published = upload_of(&moved).await;
    assert_eq!(published.outcome, Outcome::Reused);
    assert_eq!(published.object_key, first.object_key);

    let renamed = moved.with_file_name("other.mp4");
    std::fs::rename(&moved, &renamed).unwrap();
    let published = upload_of(&renamed).await;
    assert_eq!(published.outcome, Outcome::Uploaded);
    assert_ne!(published.object_key, first.object_key);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn content_that_changed_behind_its_size_and_time_is_sent_again() {
    let (mut bench, first) = uploaded(SMALL).await;
    tokio::time::sleep(Duration::from_millis(3100)).await;
    assert_reused(&bench, &first).await;
    let modified = std::fs::metadata(bench.path()).unwrap().modified().unwrap();
    let mut bytes = bench.bytes().to_vec();
    bytes[SMALL / 2] ^= 1;
    std::fs::write(bench.path(), &bytes).unwrap();
    let file = std::fs::File::options().write(true).open(bench.path());
    file.unwrap().set_modified(modified).unwrap();
    bench.expect(bytes);
    assert_sent_again(&bench, &first).await;
}

#[tokio::test]
async fn content_that_changed_at_once_after_the_upload_is_sent_again() {
    let (mut bench, first) = uploaded(SMALL).await;
    bench.rewrite(SMALL);
    assert_sent_again(&bench, &first).await;
}

#[tokio::test]
async fn another_account_does_not_reuse_what_is_there() {
    let objects = tempfile::tempdir().unwrap();
    let sandbox = || Sandbox::builder().state_dir(objects.path().join("objects"));
    let mut bench = Bench::new(SMALL, sandbox()).await;
    let first = bench.upload().await.published();
    // The same backend with the same objects at the same address: only the account differs.
    let port = port(&bench);
    bench.restart(sandbox().port(port)).await;
    assert_reused(&bench, &first).await;
    let other = sandbox().port(port).api_key("another-account");
    bench.restart(other).await;
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    assert_ne!(published.object_key, first.object_key);
    assert_eq!(bench.arrivals(Step::Complete).len(), 1, "of its own object");
}

fn port(bench: &Bench) -> u16 {
    let base_url = &bench.sandbox.settings().base_url;
    base_url.rsplit_once(':').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn another_backend_is_never_asked_for_the_object_of_the_first() {
    let (mut bench, _) = uploaded(SMALL).await;
    bench.restart(Sandbox::builder().strict()).await;
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    assert_eq!(bench.arrivals(Step::Complete).len(), 1, "of its own object");
}

#[tokio::test]
async fn another_content_type_is_sent_again() {
    let (bench, first) = uploaded(SMALL).await;
    let upload = Upload::new(bench.path()).content_type("video/quicktime");
    let uploader = bench.uploader();
    for expected in [Outcome::Uploaded, Outcome::Reused] {
        let published = uploader.upload(&upload, &mut |_| {}).await.unwrap();
        assert_eq!(published.outcome, expected);
        assert_eq!(published.content_type, "video/quicktime");
        assert_ne!(published.object_key, first.object_key);
    }
    assert_reused(&bench, &first).await;
}

#[tokio::test]
async fn a_complete_that_is_refused_or_fails_leads_to_an_ordinary_upload() {
    for fault in [
        Fault::at(Step::Complete).refuses(404),
        Fault::at(Step::Complete).status(500).times(3),
        Fault::at(Step::Complete).html().times(3),
        Fault::at(Step::GetObject).status(403),
        Fault::at(Step::GetObject).status(503).times(3),
        Fault::at(Step::GetObject).responds(Response::status(206)),
    ] {
        let (bench, first) = uploaded(SMALL).await;
        bench.sandbox.inject(fault);
        assert_sent_again(&bench, &first).await;
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_holds_up_the_upload_for_ten_seconds_at_most() {
    let (bench, first) = uploaded(SMALL).await;
    let delay = Fault::at(Step::GetObject).delays(Duration::from_secs(60));
    bench.sandbox.inject(delay.always());
    let sent_again = assert_sent_again(&bench, &first);
    tokio::time::timeout(Duration::from_secs(25), sent_again)
        .await
        .expect("it goes on");
}

#[tokio::test]
async fn a_backend_that_fails_once_is_asked_once_more_instead_of_sending_the_file() {
    let (bench, first) = uploaded(SMALL).await;
    bench
        .sandbox
        .inject(Fault::at(Step::Complete).status(502).times(2));
    assert_reused(&bench, &first).await;
}

#[tokio::test]
async fn a_refused_key_is_reported_by_the_ordinary_upload() {
    let (bench, _) = uploaded(SMALL).await;
    for step in [Step::Complete, Step::Init] {
        bench.sandbox.inject(Fault::at(step).status(401));
    }
    let error = bench.upload().await.error();
    assert_eq!(error.code(), "api_key_refused");
    assert_eq!(error.step(), vectcut_upload::Step::Init);
}

#[tokio::test]
async fn a_complete_that_answers_with_the_link_of_another_object_is_not_believed() {
    for (hides_crc, len_bytes) in [(false, SMALL), (true, SMALL), (true, SMALL - 1)] {
        let (bench, first) = uploaded(SMALL).await;
        let other = bench.path().with_file_name("other.mp4");
        let mut bytes = noise(len_bytes);
        bytes[7] ^= 1;
        std::fs::write(&other, bytes).unwrap();
        let upload = Upload::new(other);
        let uploader = bench.uploader();
        let other = uploader.upload(&upload, &mut |_| {}).await.unwrap();
        let url = other.public_signed_url.expose().to_owned();
        bench
            .sandbox
            .inject(Fault::at(Step::Complete).publishes_url(url));
        if hides_crc {
            bench.sandbox.inject(Fault::at(Step::GetObject).hides_crc());
        }
        assert_sent_again(&bench, &first).await;
    }
}

#[tokio::test]
async fn again_sends_the_file_and_the_ledger_knows_the_new_object() {
    let (bench, first) = uploaded(SMALL).await;
    let upload = Upload::new(bench.path()).again(true);
    let second = bench.uploader().upload(&upload, &mut |_| {}).await.unwrap();
    assert_eq!(second.outcome, Outcome::Uploaded);
    assert_ne!(second.object_key, first.object_key);
    assert_reused(&bench, &second).await;
}

#[tokio::test]
async fn without_a_ledger_nothing_is_reused_and_nothing_is_recorded() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    for _ in 0..2 {
        let outcome = bench.upload_with(&bench.forgetful_uploader()).await;
        assert_eq!(outcome.published().outcome, Outcome::Uploaded);
    }
    assert!(!bench.state_dir().join("ledger").exists());
    assert_eq!(bench.upload().await.published().outcome, Outcome::Uploaded);
    assert_eq!(bench.upload().await.published().outcome, Outcome::Reused);
}

#[tokio::test]
async fn a_name_in_two_spellings_is_one_name_and_reaches_the_backend_composed() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let (decomposed, composed) = ("cafe\u{301}\u{1100}\u{1161}.mp4", "caf\u{e9}\u{ac00}.mp4");
    let mut outcomes = Vec::new();
    for name in [decomposed, composed] {
        let path = bench.path().with_file_name(name);
        std::fs::copy(bench.path(), &path).unwrap();
        let upload = Upload::new(path);
        let published = bench.uploader().upload(&upload, &mut |_| {}).await.unwrap();
        assert!(
            published.object_key.ends_with(composed),
            "{:?}",
            published.object_key
        );
        outcomes.push(published.outcome);
    }
    assert_eq!(outcomes, [Outcome::Uploaded, Outcome::Reused]);
}

#[tokio::test]
async fn a_stop_in_the_middle_of_the_look_ends_it_at_once() {
    let (bench, _) = uploaded(SMALL).await;
    let delay = Fault::at(Step::Complete).delays(Duration::from_secs(20));
    bench.sandbox.inject(delay);
    let stop = Stop::new();
    let uploader = bench.uploader().stop_on(stop.clone());
    let stopped = async {
        bench
            .until("it is asked", |bench| {
                bench.arrivals(Step::Complete).len() == 2
            })
            .await;
        stop.request(StopReason::BudgetEnded);
    };
    let both = async { tokio::join!(bench.upload_with(&uploader), stopped).0 };
    let outcome = tokio::time::timeout(Duration::from_secs(5), both)
        .await
        .unwrap();
    assert!(matches!(outcome.error(), UploadError::Stopped { .. }));
}

#[tokio::test]
async fn a_file_that_changes_during_the_look_is_sent_as_it_is_then() {
    let (mut bench, first) = uploaded(SMALL).await;
    let delay = Fault::at(Step::GetObject).delays(Duration::from_millis(300));
    bench.sandbox.inject(delay);
    let mut newer = noise(SMALL + 1);
    newer.reverse();
    let changing = async {
        bench
            .until("it is proven", |bench| {
                !bench.arrivals(Step::GetObject).is_empty()
            })
            .await;
        std::fs::write(bench.path(), &newer).unwrap();
    };
    let outcome = tokio::join!(bench.upload(), changing).0;
    let published = outcome.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    assert_ne!(published.object_key, first.object_key);
    bench.expect(newer);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn a_clock_that_is_hours_off_changes_nothing() {
    for clock_offset in [6 * 3600, -6 * 3600] {
        let sandbox = Sandbox::builder().clock_offset(clock_offset);
        let bench = Bench::new(SMALL, sandbox).await;
        let first = bench.upload().await.published();
        assert_reused(&bench, &first).await;
    }
}

#[tokio::test]
async fn an_unfinished_upload_of_what_is_up_already_leaves_no_journal() {
    let bench = Bench::new(LARGE, slow()).await;
    let first = bench.upload().await.published();
    let stop = Stop::new();
    let uploader = bench.uploader().stop_on(stop.clone());
    let upload = Upload::new(bench.path()).again(true);
    let mut on_event = |event| {
        if matches!(event, Event::Progress { safe_bytes, .. } if safe_bytes > 0) {
            stop.request(StopReason::BudgetEnded);
        }
    };
    let result = uploader.upload(&upload, &mut on_event).await;
    assert!(result.unwrap_err().is_kept());
    assert_eq!(bench.journals(), 1);
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Reused);
    assert_eq!(published.object_key, first.object_key);
    assert_eq!(bench.journals(), 0);
}

#[tokio::test]
async fn two_processes_at_once_reuse_it_both() {
    let (bench, first) = uploaded(SMALL).await;
    let (one, two) = tokio::join!(bench.upload(), bench.upload());
    for published in [one.published(), two.published()] {
        assert_eq!(published.outcome, Outcome::Reused);
        assert_eq!(published.object_key, first.object_key);
    }
    assert_eq!(puts(&bench), 1);
}
