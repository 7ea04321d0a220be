//! What an upload takes for the round trip to the bucket, as it is remembered for the next run.

use std::time::Duration;

use vectcut_sandbox::{Builder, Fault, Link, OssCode, Response, Sandbox, Step};
use vectcut_upload::{Outcome, RetryPolicy};

use crate::bench::{Bench, LARGE, MIB, stopped_midway};

const ROUND_TRIP: Duration = Duration::from_millis(300);

/// A server that is far away, over https: a new connection costs two round trips.
fn far() -> Builder {
    let link = Link::default()
        .round_trip(ROUND_TRIP)
        .total_rate(20 * MIB as u64);
    Sandbox::builder().strict().tls(true).link(link)
}

/// Returns what is remembered.
fn remembered(bench: &Bench) -> Option<Duration> {
    let text = std::fs::read(bench.state_dir().join("buckets.json")).unwrap();
    let endpoints: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let endpoints = endpoints.as_object().expect("an object");
    let known = endpoints.values().next().expect("an endpoint");
    let micros = known["network"]["round_trip_us"].as_u64();
    micros.map(Duration::from_micros)
}

#[track_caller]
fn assert_about_right(round_trip: Option<Duration>) {
    let round_trip = round_trip.expect("a round trip");
    // With the handshakes it is three times as long; a busy computer takes its time too.
    assert!(
        (ROUND_TRIP * 9 / 10..ROUND_TRIP * 5 / 2).contains(&round_trip),
        "{round_trip:?}"
    );
}

#[tokio::test]
async fn the_handshakes_of_a_new_connection_are_not_taken_for_the_round_trip() {
    let bench = Bench::new(LARGE, far()).await;
    bench.assert_stored(&bench.upload().await.published());
    assert_about_right(remembered(&bench));
}

#[tokio::test]
async fn a_resumed_upload_measures_it_without_a_request_of_its_own() {
    let bench = Bench::new(16 * MIB, far()).await;
    // One more than there are connections: so the response to the first part is known.
    stopped_midway(&bench, 17).await;
    assert_eq!(remembered(&bench), None, "nothing to go by");
    let published = bench.upload().await.published();
    bench.assert_stored(&published);
    assert_eq!(published.outcome, Outcome::Resumed);
    assert_about_right(remembered(&bench));
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
}

#[tokio::test]
async fn a_wait_before_another_attempt_is_no_part_of_it() {
    let wait = Duration::from_secs(1);
    let refusal = Response::oss(OssCode::ServiceUnavailable).retry_after(wait);
    let fault = Fault::at(Step::InitiateUpload).responds(refusal);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    let uploader = bench.uploader().retry(RetryPolicy::default());
    bench.assert_stored(&bench.upload_with(&uploader).await.published());
    let round_trip = remembered(&bench).expect("a round trip");
    assert!(round_trip < wait / 2, "{round_trip:?}");
}
