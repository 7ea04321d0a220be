//! Who sends next, and what counts as measured.

use std::{pin::pin, task::Poll};

use futures_util::FutureExt;

use super::*;

fn gate(fixed: Option<usize>) -> Gate {
    Gate::new(Streams::new(fixed), RoundTrip::new(true))
}

/// Polls a future once.
async fn poll<F: Future + Unpin>(mut future: F) -> Poll<F::Output> {
    std::future::poll_fn(|context| Poll::Ready(future.poll_unpin(context))).await
}

#[tokio::test]
async fn the_one_who_waits_longest_is_next_and_one_who_gave_up_is_passed_over() {
    let gate = gate(Some(1));
    let first = gate.acquire().await;
    let mut second = Box::pin(gate.acquire());
    let mut third = pin!(gate.acquire());
    assert!(poll(&mut second).await.is_pending());
    assert!(poll(&mut third).await.is_pending());
    drop(second);
    drop(first);
    assert!(poll(&mut third).await.is_ready());
}

#[tokio::test]
async fn a_turn_that_comes_at_the_moment_of_giving_up_is_passed_on() {
    let gate = gate(Some(1));
    let first = gate.acquire().await;
    let mut second = Box::pin(gate.acquire());
    assert!(poll(&mut second).await.is_pending());
    drop(first);
    drop(second);
    assert!(poll(pin!(gate.acquire())).await.is_ready());
}

#[tokio::test]
async fn the_files_of_a_batch_share_the_connections_that_are_opened_ahead() {
    let gate = gate(None);
    let granted = [1, 15, 1, 15].map(|wanted| gate.open_ahead(wanted));
    assert_eq!(granted, [1, 15, 0, 0]);
    gate.opened_in_vain(15);
    assert_eq!(gate.open_ahead(20), 15);
    // The next batch may open its own.
    drop(gate.acquire().await);
    assert_eq!(gate.open_ahead(16), 16);
}

#[tokio::test]
async fn time_without_a_file_says_nothing_of_the_network() {
    let gate = gate(None);
    drop(gate.acquire().await);
    let busy = gate.state().elapsed();
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(gate.state().elapsed(), busy);
}

#[tokio::test]
async fn a_limited_number_of_connections_says_nothing_of_the_network() {
    for (streams, is_measured) in [(None, true), (Some(4), false)] {
        let gate = gate(streams);
        gate.responded(gate.begin_request());
        let slot = gate.acquire().await;
        gate.acknowledged(MEASURED_MIN_BYTES, None);
        drop(slot);
        assert_eq!(gate.measured().is_some(), is_measured, "{streams:?}");
    }
}

#[tokio::test]
async fn a_connection_hands_on_what_it_has_measured() {
    let gate = gate(Some(1));
    let mut slot = gate.acquire().await;
    slot.rate = StreamRate::of(1000, Duration::from_secs(1));
    let measured = slot.rate;
    drop(slot);
    assert_eq!(gate.acquire().await.rate, measured);
}
