//! Runs that end after a time budget, and credentials that expire before a file is sent: the same call again always gets further,
//! until it ends.

use std::time::Duration;

use vectcut_sandbox::{Fault, Link, Policy, Renewal, Sandbox, Step};
use vectcut_upload::{Event, Outcome, RetryPolicy, Stop, StopReason, Upload, UploadError};

use crate::bench::{Bench, KIB, LARGE, MIB};

/// Calls again and again with this budget, until all files are uploaded. Every call must get further.
async fn until_uploaded(bench: &Bench, uploads: &[Upload], budget: Duration, runs_max: usize) {
    let mut known_bytes = 0;
    for _ in 0..runs_max {
        let stop = Stop::new();
        stop.announce(budget);
        let uploader = bench.uploader().stop_on(stop.clone());
        let mut safe_bytes = vec![0; uploads.len()];
        let mut on_event = |index: usize, event| match event {
            Event::Progress {
                safe_bytes: safe, ..
            }
            | Event::Resuming {
                safe_bytes: safe, ..
            } => {
                safe_bytes[index] = safe;
            }
            _ => {}
        };
        let mut results = Vec::new();
        let mut on_result = |index: usize, result| results.push((index, result));
        let run = uploader.upload_all(uploads, 4, &mut on_event, &mut on_result);
        tokio::join!(run, async {
            tokio::time::sleep(budget).await;
            stop.request(StopReason::BudgetEnded);
        });
        let mut is_done = true;
        for (index, result) in results {
            match result {
                Ok(published) => safe_bytes[index] = published.len_bytes,
                Err(UploadError::Stopped {
                    progress,
                    is_hopeless,
                    ..
                }) => {
                    is_done = false;
                    assert!(!is_hopeless);
                    safe_bytes[index] = safe_bytes[index].max(progress.safe_bytes);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        if is_done {
            return;
        }
        let safe_bytes = safe_bytes.iter().sum();
        assert!(
            safe_bytes > known_bytes,
            "a run got no further than {known_bytes} bytes"
        );
        known_bytes = safe_bytes;
    }
    panic!("not uploaded after {runs_max} runs");
}

#[tokio::test]
async fn every_run_over_a_slow_connection_gets_further_though_many_files_share_it() {
    let link = Link::default().total_rate(MIB as u64);
    let sandbox = Sandbox::builder().link(link).receive_buffer_bytes(32 * KIB);
    let bench = Bench::new(MIB, sandbox).await;
    let mut uploads = Vec::new();
    for index in 0..4 {
        let path = bench.path().with_file_name(format!("{index}.mp4"));
        std::fs::copy(bench.path(), &path).unwrap();
        uploads.push(Upload::new(path));
    }
    until_uploaded(&bench, &uploads, Duration::from_millis(1500), 12).await;
    assert_eq!(bench.sandbox.objects().len(), 4);
}

#[tokio::test]
async fn a_file_that_takes_longer_than_its_credentials_live_goes_in_one_put() {
    let sandbox = Sandbox::builder()
        .policy(Policy::default().renewal(Renewal::NewKey))
        .credentials_lifetime(Duration::from_secs(60))
        .link(Link::default().total_rate(4 * MIB as u64))
        .receive_buffer_bytes(64 * KIB);
    let bench = Bench::new(LARGE, sandbox).await;
    // The server's clock jumps past the end of the credentials: among the parts, and in the middle of the PUT. OSS looks at the
    // token when a request begins.
    let (mut starts, mut jumps) = (0, 0);
    let mut on_event = |event| {
        let is_time = match event {
            Event::StartedOver { .. } => {
                starts += 1;
                false
            }
            Event::Progress { safe_bytes, .. } if starts == 0 => safe_bytes > 0,
            Event::Progress { .. } => {
                let puts = bench.arrivals(Step::PutObject);
                puts.iter().any(|put| put.body_len_bytes > 0)
            }
            _ => false,
        };
        if is_time && jumps == starts {
            jumps += 1;
            bench.sandbox.set_clock_offset(120 * jumps);
        }
    };
    let uploader = bench.uploader().part_size(256 * KIB as u64);
    let upload = Upload::new(bench.path());
    let published = uploader.upload(&upload, &mut on_event).await.unwrap();
    bench.assert_stored(&published);
    assert_eq!((starts, jumps), (1, 2));
    assert_eq!(bench.arrivals(Step::PutObject).len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_minutes_ahead_costs_no_credentials() {
    // OSS allows 15 minutes. By this computer's clock the credentials end in one minute.
    let sandbox = Sandbox::builder()
        .strict()
        .policy(Policy::default().renewal(Renewal::NewKey))
        .clock_offset(-14 * 60);
    let bench = Bench::new(LARGE, sandbox).await;
    let outcome = bench.upload().await;
    assert!(!outcome.told(|event| *event == Event::CredentialsRenewed));
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::Init).len(), 1);
}

#[tokio::test]
async fn connections_that_are_cut_after_so_many_bytes_carry_smaller_parts() {
    let link = Link::default().cut_after(300 * KIB as u64);
    let bench = Bench::new(LARGE, Sandbox::builder().link(link)).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::Retrying { .. })));
    bench.assert_stored(&outcome.published());
    let received: u64 = bench
        .arrivals(Step::UploadPart)
        .iter()
        .map(|part| part.body_len_bytes)
        .sum();
    assert!(
        received < 4 * LARGE as u64,
        "{received} bytes were received"
    );
}

#[tokio::test]
async fn a_small_file_under_which_every_connection_is_cut_goes_in_parts() {
    let link = Link::default().cut_after(700 * KIB as u64);
    let bench = Bench::new(2 * MIB, Sandbox::builder().link(link)).await;
    let published = bench.upload().await.published();
    bench.assert_stored(&published);
    assert!(bench.arrivals(Step::UploadPart).len() > 1);
}

#[tokio::test]
async fn an_empty_file_over_a_bad_connection_never_goes_in_parts() {
    let fault = Fault::at(Step::PutObject).resets_after(0).times(8);
    let bench = Bench::new(0, Sandbox::builder().strict().fault(fault)).await;
    // A run gives up after three attempts, and the next one does not send parts either.
    let hasty = RetryPolicy::default().give_up_after(Duration::ZERO);
    let error = bench.upload_with(&bench.uploader().retry(hasty)).await;
    assert!(error.error().is_retryable());
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Uploaded);
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 0);
}
