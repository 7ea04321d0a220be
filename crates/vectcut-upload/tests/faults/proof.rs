//! A URL comes back only for bytes that something has proven.

use vectcut_sandbox::{Fault, Policy, Response, Rights, Sandbox, Step};
use vectcut_upload::{Event, Fault as Blame, Outcome, Step as At};

use crate::bench::{Bench, LARGE, SMALL, noise};

/// OSS joins the parts and its response is lost. The credentials do not allow HEAD.
fn loses_complete() -> Fault {
    Fault::at(Step::CompleteUpload).loses_response()
}

fn starts_over(event: &Event) -> bool {
    matches!(event, Event::StartedOver { .. })
}

/// The first request to complete never arrives, and OSS then forgets the upload. The backend does not look.
async fn bench_of_nothing() -> Bench {
    let sandbox = Sandbox::builder()
        .strict()
        .fault(Fault::at(Step::CompleteUpload).resets_after(0))
        .fault(
            Fault::at(Step::CompleteUpload)
                .forgets_uploads()
                .skipping(1),
        )
        .fault(Fault::at(Step::Complete).completes_unchecked());
    Bench::new(LARGE, sandbox).await
}

#[tokio::test]
async fn a_url_of_nothing_is_found_out_and_the_file_is_sent_again() {
    let bench = bench_of_nothing().await;
    let outcome = bench.upload().await;
    assert!(outcome.told(starts_over), "{:?}", outcome.events);
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 2);
}

#[tokio::test]
async fn a_bare_403_of_a_proxy_is_no_proof_of_an_object() {
    let bench = bench_of_nothing().await;
    bench
        .sandbox
        .inject(Fault::at(Step::HeadObject).status(403));
    let outcome = bench.upload().await;
    assert!(outcome.told(starts_over), "{:?}", outcome.events);
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_404_of_a_proxy_does_not_prove_that_an_object_is_gone() {
    let sandbox = Sandbox::builder()
        .strict()
        .fault(loses_complete())
        .fault(Fault::at(Step::HeadObject).responds(Response::html(404)))
        .policy(Policy::default().rights(Rights::Full));
    let bench = Bench::new(LARGE, sandbox).await;
    let outcome = bench.upload().await;
    assert!(!outcome.told(starts_over), "{:?}", outcome.events);
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::HeadObject).len(), 2);
}

#[tokio::test]
async fn the_url_proves_an_object_by_its_checksum_or_at_least_by_its_length() {
    for hides_crc in [false, true] {
        let mut sandbox = Sandbox::builder().strict().fault(loses_complete());
        if hides_crc {
            sandbox = sandbox.fault(Fault::at(Step::GetObject).hides_crc());
        }
        let bench = Bench::new(LARGE, sandbox).await;
        let outcome = bench.upload().await;
        assert!(!outcome.told(starts_over), "{:?}", outcome.events);
        bench.assert_stored(&outcome.published());
        let probes = bench.arrivals(Step::GetObject);
        assert_eq!(probes.len(), 1);
        assert_eq!(probes[0].header("range"), Some("bytes=0-0"));
        assert_eq!(probes[0].header("authorization"), None);
    }
}

#[tokio::test]
async fn without_any_proof_there_is_an_error_and_nothing_is_forgotten() {
    for silence in [
        Response::status(206),
        Response::status(403),
        Response::status(302).header("location", "http://127.0.0.1:9/"),
    ] {
        let sandbox = Sandbox::builder()
            .strict()
            .fault(loses_complete())
            .fault(Fault::at(Step::GetObject).responds(silence.clone()));
        let bench = Bench::new(LARGE, sandbox).await;
        let error = bench.upload().await.error();
        assert_eq!(
            (error.code(), error.step(), error.fault()),
            ("object_unproven", At::Complete, Blame::Network),
            "{silence:?}"
        );
        assert!(error.is_retryable());
        let sent = bench.arrivals(Step::UploadPart).len();
        let published = bench.upload().await.published();
        assert_eq!(published.outcome, Outcome::Completed);
        bench.assert_stored(&published);
        assert_eq!(bench.arrivals(Step::UploadPart).len(), sent);
    }
}

/// Leaves an object on OSS whose URL the backend has not given yet.
async fn stored_without_url() -> Bench {
    let fault = Fault::at(Step::Complete).status(500).times(3);
    let bench = Bench::new(LARGE, Sandbox::builder().fault(fault)).await;
    let retry = vectcut_upload::RetryPolicy::default().give_up_after(std::time::Duration::ZERO);
    let uploader = bench.uploader().retry(retry);
    assert!(bench.upload_with(&uploader).await.error().is_retryable());
    bench
}

#[tokio::test]
async fn other_bytes_in_the_place_of_a_stored_object_get_no_url() {
    for len_bytes in [LARGE, LARGE - 1] {
        let bench = stored_without_url().await;
        let (bucket, key) = bench.sandbox.objects().remove(0);
        let mut other = noise(len_bytes);
        other[7] ^= 1;
        bench.sandbox.replace_object(&bucket, &key, &other).unwrap();
        if len_bytes != LARGE {
            bench.sandbox.inject(Fault::at(Step::GetObject).hides_crc());
        }
        let outcome = bench.upload().await;
        assert!(outcome.told(starts_over), "{:?}", outcome.events);
        let published = outcome.published();
        assert_eq!(published.outcome, Outcome::Uploaded);
        bench.assert_stored(&published);
    }
}

#[tokio::test]
async fn an_object_that_is_gone_is_sent_again_once_oss_says_so() {
    let bench = stored_without_url().await;
    let (bucket, key) = bench.sandbox.objects().remove(0);
    bench.sandbox.delete_object(&bucket, &key).unwrap();
    bench
        .sandbox
        .set_policy(Policy::default().rights(Rights::Full));
    bench.sandbox.inject(Fault::at(Step::Complete).refuses(404));
    let outcome = bench.upload().await;
    assert!(outcome.told(starts_over), "{:?}", outcome.events);
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::HeadObject).len(), 1);
}

#[tokio::test]
async fn what_is_no_url_for_a_browser_is_an_invalid_reply() {
    for url in [
        "javascript:alert(1)",
        "not a url",
        "file:///etc/passwd",
        "http://example.com/clip.mp4",
        "https://user:secret@example.com/clip.mp4",
        "https://example.com/\u{1b}[31m",
        "https://example.com/a\nb",
        "https:///clip.mp4",
        "",
    ] {
        let fault =
            Fault::at(Step::Complete)
                .responds(Response::status(200).body(
                    serde_json::json!({"success": true, "public_signed_url": url}).to_string(),
                ))
                .always();
        let bench = Bench::new(SMALL, Sandbox::builder().fault(fault)).await;
        let error = bench.upload().await.error();
        assert_eq!(error.code(), "backend_reply_invalid", "{url:?}: {error:?}");
        assert!(error.object_key().is_some());
    }
}

#[tokio::test]
async fn a_url_that_has_expired_is_asked_for_once_more() {
    let fault = Fault::at(Step::Complete).publishes_url_for(-10);
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(fault)).await;
    let outcome = bench.upload().await;
    assert!(!outcome.told(|event| matches!(event, Event::UrlExpiresSoon { .. })));
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::Complete).len(), 2);
}

#[tokio::test]
async fn a_url_that_has_expired_twice_is_an_error_and_the_object_is_kept() {
    let fault = Fault::at(Step::Complete).publishes_url_for(-10).times(2);
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(fault)).await;
    let error = bench.upload().await.error();
    assert_eq!((error.code(), error.is_retryable()), ("url_expired", true));
    assert_eq!(bench.arrivals(Step::Complete).len(), 2);
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Completed);
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::PutObject).len(), 1);
}

#[tokio::test]
async fn a_url_that_expires_soon_is_mentioned_whatever_this_computers_clock_says() {
    for clock_offset in [0, 3600, -3600] {
        let sandbox = Sandbox::builder()
            .strict()
            .clock_offset(clock_offset)
            .fault(Fault::at(Step::Complete).publishes_url_for(60));
        let bench = Bench::new(SMALL, sandbox).await;
        let outcome = bench.upload().await;
        let told = outcome.events.iter().any(|event| {
            matches!(event, Event::UrlExpiresSoon { left } if (50..=60).contains(&left.as_secs()))
        });
        assert!(told, "{clock_offset}: {:?}", outcome.events);
        bench.assert_stored(&outcome.published());
    }
}
