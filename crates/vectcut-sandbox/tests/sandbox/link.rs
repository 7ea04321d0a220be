//! The shape of the line: delay, rates, and that the one does not cap the other.

use std::time::Duration;

use tokio::time::Instant;
use vectcut_sandbox::{Link, Sandbox};

use crate::client::{Client, init, send};

async fn over(link: Link) -> Sandbox {
    Sandbox::builder().link(link).start().await.unwrap()
}

#[tokio::test]
async fn every_exchange_costs_a_round_trip_and_the_first_one_more() {
    let round_trip = Duration::from_millis(60);
    let sandbox = over(Link::default().round_trip(round_trip)).await;
    let start = Instant::now();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    assert!(
        start.elapsed() >= 2 * round_trip,
        "connecting and asking took only {:?}",
        start.elapsed()
    );

    let mut client = Client::connect(&sandbox).await;
    client.send(&ticket.put(&sandbox, "x")).await;
    let start = Instant::now();
    client.send(&ticket.put(&sandbox, "x")).await;
    assert!(
        start.elapsed() >= round_trip,
        "asking again took only {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_connection_has_its_rate() {
    let sandbox = over(Link::default().connection_rate(1_000_000)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let start = Instant::now();
    assert_eq!(
        send(&sandbox, &ticket.put(&sandbox, [7; 300_000]))
            .await
            .status,
        200
    );
    assert!(
        start.elapsed() >= Duration::from_millis(290),
        "300 kB took only {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn all_connections_share_the_total_rate() {
    let sandbox = over(Link::default().total_rate(1_000_000)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let request = ticket.put(&sandbox, [7; 150_000]);
    let start = Instant::now();
    let (one, two) = tokio::join!(send(&sandbox, &request), send(&sandbox, &request));
    assert_eq!((one.status, two.status), (200, 200));
    assert!(
        start.elapsed() >= Duration::from_millis(290),
        "300 kB took only {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_long_delay_does_not_cap_the_throughput() {
    // 10 MB at 400 Mbit/s are 0.2 s. With one chunk of 16 KiB per round trip they would be 60 s.
    let sandbox = over(
        Link::default()
            .total_rate(50_000_000)
            .round_trip(Duration::from_millis(100)),
    )
    .await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let request = ticket.put(&sandbox, vec![7; 10_000_000]);
    let start = Instant::now();
    assert_eq!(send(&sandbox, &request).await.status, 200);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "10 MB took {:?}",
        start.elapsed()
    );
}
