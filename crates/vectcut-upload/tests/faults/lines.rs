//! Lines and servers that fail for a while, or for good.

use std::time::Duration;

use vectcut_sandbox::{Fault, Link, OssCode, Policy, Response, Rights, Sandbox, Step, Target};
use vectcut_upload::{Event, Fault as Blame, Outcome, RetryPolicy, Stop, StopReason, Upload};

use crate::bench::{Bench, LARGE, MIB, SMALL};

#[tokio::test]
async fn a_small_file_goes_in_one_put() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let published = bench.upload().await.published();
    assert_eq!(
        (published.attempts, published.outcome),
        (1, Outcome::Uploaded)
    );
    bench.assert_stored(&published);
    let steps: Vec<_> = bench
        .sandbox
        .journal()
        .iter()
        .map(|arrival| arrival.step)
        .collect();
    assert_eq!(steps, [Step::Init, Step::PutObject, Step::Complete]);
}

#[tokio::test]
async fn an_empty_file_goes_with_its_length_of_zero() {
    let bench = Bench::new(0, Sandbox::builder().strict()).await;
    bench.assert_stored(&bench.upload().await.published());
    let put = &bench.arrivals(Step::PutObject)[0];
    assert_eq!(put.header("content-length"), Some("0"));
    assert_eq!(put.header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_proves_the_whole() {
    let bench = Bench::new(LARGE, Sandbox::builder().strict()).await;
    bench.assert_stored(&bench.upload().await.published());
    assert!(bench.arrivals(Step::UploadPart).len() > 2);
    assert_eq!(bench.arrivals(Step::PutObject).len(), 0);
}

#[tokio::test]
async fn a_part_that_is_reset_is_sent_again() {
    let fault = Fault::at(Step::UploadPart).resets_after(100_000).times(3);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::Retrying { .. })));
    let published = outcome.published();
    assert_eq!(published.attempts, 4);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn a_put_that_is_reset_is_sent_again() {
    let fault = Fault::at(Step::PutObject).resets_after(10_000).times(2);
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_stall_in_mid_body_drops_the_connection_and_sends_the_part_again() {
    let stall = Fault::at(Step::UploadPart).stalls(65_536, Duration::from_secs(30));
    let bench = Bench::new(
        LARGE,
        Sandbox::builder()
            .strict()
            .fault(stall)
            .receive_buffer_bytes(16 * 1024),
    )
    .await;
    bench.assert_stored(
        &bench
            .upload_with(&bench.uploader().part_size(4 * MIB as u64))
            .await
            .published(),
    );
}

#[tokio::test]
async fn a_trickle_is_slow_and_is_not_killed() {
    let trickle = Fault::at(Step::PutObject).trickles(60_000);
    let bench = Bench::new(
        SMALL,
        Sandbox::builder()
            .strict()
            .fault(trickle)
            .receive_buffer_bytes(4 * 1024),
    )
    .await;
    let published = bench.upload().await.published();
    assert_eq!(published.attempts, 1);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn a_link_that_dies_for_a_while_is_waited_for() {
    let outage = Fault::at(Step::UploadPart)
        .goes_down_for(Duration::from_millis(500))
        .skipping(1);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(outage)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_link_that_goes_silent_is_waited_for() {
    let outage = Fault::at(Step::UploadPart)
        .goes_silent_for(Duration::from_millis(600))
        .skipping(1);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(outage)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_burst_of_503_is_waited_out() {
    let burst = Fault::at(Step::UploadPart)
        .oss_error(OssCode::ServiceUnavailable)
        .times(4);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(burst)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let burst = Fault::at(Step::PutObject)
        .responds(Response::oss(OssCode::ServiceUnavailable).retry_after(Duration::from_secs(1)));
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(burst)).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(
        |event| matches!(event, Event::Retrying { delay, .. } if *delay == Duration::from_secs(1))
    ));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_server_that_never_recovers_is_given_up_as_a_fault_of_the_network() {
    let fault = Fault::at(Step::UploadPart).status(502).always();
    let bench = Bench::new(LARGE, Sandbox::builder().fault(fault)).await;
    let error = bench.upload().await.error();
    assert_eq!(
        (error.fault(), error.http_status(), error.is_retryable()),
        (Blame::Network, Some(502), true)
    );
    bench.assert_not_completed();
}

#[tokio::test]
async fn a_lost_answer_to_a_part_costs_only_that_part() {
    let fault = Fault::at(Step::UploadPart).loses_response().times(2);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_lost_answer_to_oss_complete_is_settled_without_head() {
    let fault = Fault::at(Step::CompleteUpload).loses_response();
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    let published = bench.upload().await.published();
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::CompleteUpload).len(), 2);
    assert_eq!(bench.arrivals(Step::HeadObject)[0].status, Some(403));
}

#[tokio::test]
async fn a_lost_answer_to_oss_complete_is_settled_by_head_where_it_is_allowed() {
    let fault = Fault::at(Step::CompleteUpload).loses_response();
    let sandbox = Sandbox::builder()
        .strict()
        .fault(fault)
        .policy(Policy::default().rights(Rights::Full));
    let bench = Bench::new(LARGE, sandbox).await;
    bench.assert_stored(&bench.upload().await.published());
    assert_eq!(bench.arrivals(Step::HeadObject)[0].status, Some(200));
}

#[tokio::test]
async fn a_lost_answer_of_the_backend_is_asked_for_again() {
    let init = Fault::at(Step::Init).loses_response();
    let complete = Fault::at(Step::Complete).loses_response();
    let bench = Bench::new(
        SMALL,
        Sandbox::builder().strict().fault(init).fault(complete),
    )
    .await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_backend_that_is_busy_is_waited_for() {
    for status in [408, 429, 500, 503] {
        let (init, complete) = (
            Fault::at(Step::Init).status(status),
            Fault::at(Step::Complete).status(status),
        );
        let bench = Bench::new(
            SMALL,
            Sandbox::builder().strict().fault(init).fault(complete),
        )
        .await;
        bench.assert_stored(&bench.upload().await.published());
    }
}

#[tokio::test]
async fn every_connection_may_be_slow_and_far_away() {
    let link = Link::default()
        .round_trip(Duration::from_millis(20))
        .connection_rate(8 * MIB as u64);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().link(link)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn the_rate_limit_holds_over_all_streams() {
    let bench = Bench::new(3 * MIB, Sandbox::builder().strict()).await;
    let published = bench
        .upload_with(&bench.uploader().limit_rate(2 * MIB as u64))
        .await
        .published();
    assert!(
        published.elapsed > Duration::from_millis(1300),
        "{:?}",
        published.elapsed
    );
    bench.assert_stored(&published);
}

#[tokio::test]
async fn many_files_share_the_streams_and_each_has_its_result() {
    let fault = Fault::at(Target::Oss).status(500).times(3);
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(fault)).await;
    let mut uploads = vec![Upload::new(bench.path().with_file_name("missing.mp4"))];
    for index in 0..20 {
        let path = bench.path().with_file_name(format!("{index}.mp4"));
        std::fs::copy(bench.path(), &path).unwrap();
        uploads.push(Upload::new(path));
    }
    let mut results = Vec::new();
    bench
        .uploader()
        .upload_all(&uploads, 4, &mut |_, _| {}, &mut |index, result| {
            results.push((index, result))
        })
        .await;
    results.sort_by_key(|(index, _)| *index);
    assert_eq!(results.len(), 21);
    assert_eq!(results[0].1.as_ref().unwrap_err().fault(), Blame::File);
    assert!(results[1..].iter().all(|(_, result)| result.is_ok()));
    assert_eq!(bench.sandbox.objects().len(), 20);
}

#[tokio::test]
async fn a_file_that_waits_to_try_again_leaves_the_connections_to_others() {
    let wait = Duration::from_secs(20);
    let busy = Fault::at(Step::UploadPart)
        .responds(Response::oss(OssCode::ServiceUnavailable).retry_after(wait))
        .always();
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(busy)).await;
    let small = bench.path().with_file_name("small.mp4");
    std::fs::write(&small, "small").unwrap();
    let stop = Stop::new();
    let uploader = bench
        .uploader()
        .retry(RetryPolicy::default())
        .streams(16)
        .part_size(256 * 1024)
        .stop_on(stop.clone());
    let (large, small) = (Upload::new(bench.path()), Upload::new(small));
    let (mut ignore, mut ignore_too) = (|_| {}, |_| {});
    let (_, small) = tokio::join!(uploader.upload(&large, &mut ignore), async {
        bench
            .until("all connections were refused", |bench| {
                bench.arrivals(Step::UploadPart).len() == 16
            })
            .await;
        let small = uploader.upload(&small, &mut ignore_too).await;
        stop.request(StopReason::Interrupted);
        small.unwrap()
    });
    assert!(small.elapsed < wait / 2, "{:?}", small.elapsed);
}

#[tokio::test]
async fn a_request_that_took_long_before_it_failed_has_its_time_to_try_again() {
    let stall = Fault::at(Step::PutObject).stalls(1024, Duration::from_secs(30));
    let gateway = Fault::at(Step::PutObject).status(502).skipping(1).times(4);
    let sandbox = Sandbox::builder().strict().fault(stall).fault(gateway);
    let bench = Bench::new(2 * MIB, sandbox.receive_buffer_bytes(16 * 1024)).await;
    bench.assert_stored(&bench.upload().await.published());
}
