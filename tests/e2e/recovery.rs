//! Temporary failures: the command recovers by itself, and the server then has the file.
//!
//! One test for each kind, as users meet it. The library's own tests cover the details.

use std::time::Duration;

use vectcut_sandbox::{Fault, Response, Step};

use crate::outcome::assert_outcome;
use crate::stage::Stage;

const BYTES: &[u8] = b"the bytes of a small film";

/// Uploads a small file in spite of the fault. The snapshot shows what the user sees, and the requests that it took.
macro_rules! assert_recovers {
    ($stage:expr) => {{
        let stage = $stage;
        stage.file("clip.mp4", BYTES);
        let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
        assert_outcome!(outcome);
        let json = outcome.json();
        let text = |key: &str| json[key].as_str().unwrap_or_default();
        let object = stage
            .sandbox()
            .object(text("bucket_name"), text("object_key"));
        let path = object.expect("the object is there").path;
        assert_eq!(std::fs::read(path).expect("it can be read"), BYTES);
    }};
}

#[test]
fn init_loses_its_connection() {
    assert_recovers!(Stage::failing(Fault::at(Step::Init).resets_after(0)));
}

#[test]
fn init_responds_with_500_twice() {
    assert_recovers!(Stage::failing(Fault::at(Step::Init).status(500).times(2)));
}

#[test]
fn put_loses_its_connection() {
    assert_recovers!(Stage::failing(Fault::at(Step::PutObject).resets_after(3)));
}

#[test]
fn put_loses_its_response() {
    assert_recovers!(Stage::failing(Fault::at(Step::PutObject).loses_response()));
}

#[test]
fn put_asks_for_a_wait_of_a_second() {
    let response = Response::status(503).retry_after(Duration::from_secs(1));
    assert_recovers!(Stage::failing(
        Fault::at(Step::PutObject).responds(response)
    ));
}

#[test]
fn put_stores_a_damaged_byte() {
    assert_recovers!(Stage::failing(Fault::at(Step::PutObject).damages()));
}

#[test]
fn the_clocks_are_an_hour_apart() {
    let stage = Stage::with(|builder| builder.clock_offset(3600));
    assert_recovers!(stage);
}

#[test]
fn put_meets_credentials_that_expired() {
    assert_recovers!(Stage::failing(
        Fault::at(Step::PutObject).expires_credentials()
    ));
}

#[test]
fn complete_loses_its_response() {
    assert_recovers!(Stage::failing(Fault::at(Step::Complete).loses_response()));
}

#[test]
fn a_server_that_is_not_there_is_tried_until_the_time_is_over() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let begun = std::time::Instant::now();
    let outcome = stage
        .vectcut(["upload", "--give-up-after=2s", "clip.mp4"])
        // Nothing listens there.
        .env("VECTCUT_BASE_URL", "http://127.0.0.1:1")
        .run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
    assert!(begun.elapsed() >= Duration::from_secs(2), "{outcome}");
    assert!(outcome.stderr.contains(" in 2 s"), "{outcome}");
}

#[test]
fn a_file_that_goes_while_it_is_sent_is_missing() {
    let stage = Stage::failing(Fault::at(Step::PutObject).delays(Duration::from_secs(1)));
    let path = stage.file("clip.mp4", BYTES);
    let upload = stage.vectcut(["upload", "clip.mp4"]);
    let outcome = upload.run_until(Step::PutObject, |_| {
        std::fs::remove_file(path).expect("it is there");
    });
    assert_eq!(outcome.code, Some(4), "{outcome}");
    let error = &outcome.json()["error"];
    assert_eq!(error["code"], "file_missing", "{outcome}");
    assert_eq!(error["retryable"], false, "{outcome}");
}
