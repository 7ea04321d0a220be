//! The last parts of a file: one that is stuck does not hold up the upload, and one that waits is not taken for stuck.

use std::time::Duration;

use oss_client::Patience;
use vectcut_sandbox::{Builder, Fault, Link, OssCode, Response, Sandbox, Step};
use vectcut_upload::RetryPolicy;

use crate::bench::{Bench, KIB, LARGE, MIB};

/// A sandbox so far away that an upload uses many connections: only then a part can be stuck.
fn far() -> Builder {
    Sandbox::builder()
        .strict()
        .link(Link::default().round_trip(Duration::from_millis(30)))
}

#[tokio::test]
async fn a_stuck_part_is_sent_again_in_pieces_while_it_is_still_stuck() {
    // Longer than the upload takes otherwise, and shorter than the patience: only the engine can end the wait.
    let stall = Fault::at(Step::UploadPart).stalls(64 * KIB as u64, Duration::from_secs(60));
    let sandbox = far().fault(stall).receive_buffer_bytes(16 * KIB);
    let bench = Bench::new(LARGE, sandbox).await;
    let patient = Patience::default()
        .stalled(Duration::from_secs(120))
        .response(Duration::from_secs(120));
    let uploader = bench.uploader().part_size(MIB as u64).patience(patient);
    let published = bench.upload_with(&uploader).await.published();
    bench.assert_stored(&published);

    let parts = bench.arrivals(Step::UploadPart);
    let (sent, stuck): (Vec<_>, Vec<_>) = (parts.iter()).partition(|part| part.status == Some(200));
    let [stuck] = stuck[..] else {
        panic!("one part was stuck, and no piece of it: {parts:?}");
    };
    assert_eq!(stuck.status, None, "nobody waited for its end");
    let number = stuck.part_number.expect("a part");
    let pieces = number + 1..number + 8;
    let is_piece = |number: &u16| pieces.contains(number);
    let numbers: Vec<_> = sent.iter().filter_map(|part| part.part_number).collect();
    assert!(!numbers.contains(&number), "it was sent again as it was");
    assert!(numbers.iter().filter(|number| is_piece(number)).count() > 1);
    let sent_bytes: u64 = sent.iter().map(|part| part.body_len_bytes).sum();
    assert_eq!(sent_bytes, LARGE as u64, "nothing else was sent again");
}

#[tokio::test]
async fn a_last_part_that_was_asked_to_wait_is_not_taken_for_a_stuck_one() {
    let wait = Duration::from_secs(3);
    let refusal = Response::oss(OssCode::ServiceUnavailable).retry_after(wait);
    let sandbox = far().fault(Fault::at(Step::UploadPart).responds(refusal).skipping(3));
    let bench = Bench::new(LARGE, sandbox).await;
    let uploader = bench.uploader().retry(RetryPolicy::default());
    bench.assert_stored(&bench.upload_with(&uploader).await.published());
    let parts = bench.arrivals(Step::UploadPart);
    let refused = parts.iter().find(|part| part.status == Some(503));
    let refused = refused.expect("one was asked to wait");
    let again = parts.last().expect("it was sent again");
    assert_eq!(again.part_number, refused.part_number);
    let waited = again.received_at.duration_since(refused.received_at);
    assert!(waited.expect("later") >= wait, "it was sent too soon");
}
