//! What an upload promises, and what it does about promises that it cannot keep.

use std::time::Duration;

use vectcut_sandbox::{Fault, OssCode, Sandbox, Step};
use vectcut_upload::{
    Event, Fault as Blame, Outcome, RetryPolicy, Step as At, Stop, StopReason, UploadError,
};

use crate::bench::{Bench, LARGE, SMALL, slow, stopped_midway};

#[tokio::test]
async fn a_refused_complete_never_sends_the_object_again() {
    for answer in [
        Fault::at(Step::Complete).refuses(402),
        Fault::at(Step::Complete).refuses(200),
    ] {
        let bench = Bench::new(LARGE, Sandbox::builder().fault(answer.always())).await;
        let mut sent = Vec::new();
        for _ in 0..4 {
            let error = bench.upload().await.error();
            assert_eq!(
                (error.fault(), error.code(), error.is_retryable()),
                (Blame::Refused, "backend_refused", false)
            );
            assert!(error.object_key().is_some());
            sent.push(bench.arrivals(Step::UploadPart).len());
        }
        assert!(sent.iter().all(|parts| *parts == sent[0]), "{sent:?}");
        assert_eq!(bench.arrivals(Step::Init).len(), 1);
    }
}

#[tokio::test]
async fn a_quota_that_is_paid_for_meanwhile_lets_the_next_run_complete() {
    let fault = Fault::at(Step::Complete).refuses(402).times(2);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.upload().await.error();
    bench.upload().await.error();
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Completed);
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
}

#[tokio::test]
async fn no_credentials_stay_on_the_disk_after_a_failure_for_good() {
    let damaged = Fault::at(Step::UploadPart).damages().always();
    let denied = Fault::at(Step::UploadPart)
        .oss_error(OssCode::AccessDenied)
        .always();
    for fault in [damaged, denied] {
        let bench = Bench::new(LARGE, Sandbox::builder().fault(fault)).await;
        let error = bench
            .upload_with(&bench.uploader().streams(1))
            .await
            .error();
        assert!(
            matches!(error.fault(), Blame::Refused | Blame::Integrity),
            "{error:?}"
        );
        assert_eq!(bench.journals(), 0, "{error:?}");
    }
    // The object is stored; only its URL was refused. So the journal stays, without credentials.
    let refused = Fault::at(Step::Complete).refuses(402);
    let bench = Bench::new(LARGE, Sandbox::builder().fault(refused)).await;
    bench.upload().await.error();
    let journal = bench.journal();
    for secret in ["access_key", "security_token"] {
        assert!(!journal.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_run_begins_by_sweeping_journals_that_nobody_needs() {
    let bench = Bench::new(LARGE, slow()).await;
    stopped_midway(&bench, 2).await;
    let month = Duration::from_secs(31 * 24 * 60 * 60);
    let folder = bench.state_dir().join("uploads");
    let old = folder.join("0123456789abcdef.journal");
    let format_1 = folder.join("0123456789abcdef.jsonl");
    std::fs::copy(bench.journal_path(), &old).unwrap();
    std::fs::write(&format_1, "{\"journal\":1}\n").unwrap();
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified - month).unwrap();
    // A run that fails sweeps too.
    bench
        .sandbox
        .inject(Fault::at(Step::UploadPart).status(502).always());
    bench.upload().await.error();
    assert!(!old.exists());
    assert!(!format_1.exists());
    assert_eq!(bench.journals(), 1, "that of the run itself");
}

/// A port of this computer that refuses connections.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn patient() -> RetryPolicy {
    RetryPolicy::default()
        .give_up_after(Duration::from_secs(60))
        .unreachable_after(Duration::from_secs(60))
}

#[tokio::test]
async fn a_stop_while_nothing_moves_says_why_and_that_another_run_will_not_help() {
    let bench = Bench::new(LARGE, slow()).await;
    let settings = bench.sandbox.settings();
    let offline = format!("http://127.0.0.1:{}", closed_port());
    let stop = Stop::new();
    let uploader = bench
        .uploader_with(&offline, &settings.oss_endpoint, &settings.api_key)
        .retry(patient())
        .stop_on(stop.clone());
    let mut on_event = |event| {
        if matches!(event, Event::Retrying { .. }) {
            stop.request(StopReason::BudgetEnded);
        }
    };
    let upload = vectcut_upload::Upload::new(bench.path());
    let error = uploader.upload(&upload, &mut on_event).await.unwrap_err();
    assert_eq!(
        (error.code(), error.fault()),
        ("budget_ended", Blame::Network)
    );
    let cause = error.last_cause().unwrap();
    assert!(cause.contains("refused"), "{cause}");
    let UploadError::Stopped { is_hopeless, .. } = error else {
        panic!("{error:?}");
    };
    assert!(is_hopeless);

    // Something moved, so the next run may help.
    stopped_midway(&bench, 2).await;
}

/// Sends bytes that OSS never acknowledges, and stops.
async fn barren_run(bench: &Bench) -> bool {
    let stop = Stop::new();
    let uploader = bench.uploader().retry(patient()).stop_on(stop.clone());
    let mut on_event = |event| {
        if matches!(event, Event::Progress { sent_bytes, .. } if sent_bytes > 0) {
            stop.request(StopReason::BudgetEnded);
        }
    };
    let upload = vectcut_upload::Upload::new(bench.path());
    match uploader.upload(&upload, &mut on_event).await {
        Err(UploadError::Stopped { is_hopeless, .. }) => is_hopeless,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn runs_that_acknowledge_nothing_are_not_recommended_for_ever() {
    let bench = Bench::new(LARGE, slow()).await;
    bench.sandbox.inject(
        Fault::at(Step::UploadPart)
            .delays(Duration::from_secs(60))
            .always(),
    );
    let mut hopeless = Vec::new();
    for _ in 0..6 {
        hopeless.push(barren_run(&bench).await);
    }
    assert_eq!(hopeless, [false, false, false, false, true, true]);
}

#[tokio::test]
async fn a_stop_after_bytes_were_acknowledged_recommends_the_next_run() {
    let bench = Bench::new(LARGE, slow()).await;
    let stop = Stop::new();
    let uploader = bench
        .uploader()
        .part_size(256 * 1024)
        .streams(1)
        .retry(patient())
        .stop_on(stop.clone());
    let busy = Fault::at(Step::UploadPart).status(502).skipping(4).always();
    bench.sandbox.inject(busy);
    let mut on_event = |event| {
        if matches!(event, Event::Retrying { .. }) {
            stop.request(StopReason::BudgetEnded);
        }
    };
    let upload = vectcut_upload::Upload::new(bench.path());
    let error = uploader.upload(&upload, &mut on_event).await.unwrap_err();
    assert_eq!(error.fault(), Blame::Stopped);
    assert!(error.is_kept());
    assert!(error.last_cause().unwrap().contains("502"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_was_never_reached_is_given_up_sooner_than_one_that_fails() {
    let bench = Bench::new(SMALL, Sandbox::builder()).await;
    let settings = bench.sandbox.settings();
    let retry = patient()
        .base(Duration::from_millis(5))
        .unreachable_after(Duration::from_millis(200));
    let offline = format!("http://127.0.0.1:{}", closed_port());
    for (base_url, endpoint, code) in [
        (&offline, &settings.oss_endpoint, "backend_unreachable"),
        (&settings.base_url, &offline, "oss_unreachable"),
    ] {
        let uploader = bench
            .uploader_with(base_url, endpoint, &settings.api_key)
            .retry(retry);
        let error = bench.upload_with(&uploader).await.error();
        assert_eq!((error.code(), error.fault()), (code, Blame::Network));
        let UploadError::GaveUp {
            after, attempts, ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert!(after < Duration::from_secs(10), "{after:?}");
        assert!(attempts > 1);
    }
}

/// The one thread for blocking calls is taken, as if it hung on a network share: whatever looks at paths has to wait.
#[test]
fn a_stop_is_heard_while_the_state_directory_or_the_file_hangs() {
    for (hangs_at, never_reached) in [(At::Read, At::Init), (At::Put, At::Complete)] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let bench = runtime.block_on(Bench::new(SMALL, Sandbox::builder()));
        let (release, released) = std::sync::mpsc::channel::<()>();
        let mut released = Some(released);
        let stop = Stop::new();
        let uploader = bench.uploader().stop_on(stop.clone());
        let upload = vectcut_upload::Upload::new(bench.path());
        let mut events = Vec::new();
        let mut on_event = |event| {
            if event == Event::Step(hangs_at)
                && let Some(released) = released.take()
            {
                tokio::task::spawn_blocking(move || released.recv());
                let stop = stop.clone();
                tokio::spawn(async move {
                    // Time enough to go on for an upload that does not hang. One that does is never in a hurry.
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    stop.request(StopReason::Interrupted);
                });
            }
            events.push(event);
        };
        let result = runtime.block_on(uploader.upload(&upload, &mut on_event));
        assert!(!events.contains(&Event::Step(never_reached)), "{events:?}");
        let error = result.unwrap_err();
        assert!(matches!(error, UploadError::Stopped { .. }), "{error:?}");
        drop(release);
    }
}
