//! Credentials that end, clocks that differ, and signatures that are withdrawn.

use std::time::Duration;

use vectcut_sandbox::{Fault, OssCode, Policy, Renewal, Rights, Sandbox, Step, Target};
use vectcut_upload::{Event, Fault as Blame, SignatureChoice};

use crate::bench::{Bench, LARGE, SMALL};

fn renewing(renewal: Renewal) -> vectcut_sandbox::Builder {
    Sandbox::builder()
        .strict()
        .policy(Policy::default().renewal(renewal))
}

fn ends_midway() -> Fault {
    Fault::at(Step::UploadPart)
        .expires_credentials()
        .skipping(2)
}

#[tokio::test]
async fn credentials_that_end_midway_are_renewed_once_for_all_streams() {
    let bench = Bench::new(LARGE, renewing(Renewal::SameKey).fault(ends_midway())).await;
    let outcome = bench.upload_with(&bench.uploader().streams(4)).await;
    assert_eq!(
        outcome
            .events
            .iter()
            .filter(|event| **event == Event::CredentialsRenewed)
            .count(),
        1
    );
    let published = outcome.published();
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::Init).len(), 2);
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
}

#[tokio::test]
async fn new_credentials_for_another_key_go_on_with_the_old_upload_where_they_may() {
    let bench = Bench::new(
        LARGE,
        renewing(Renewal::NewKeyWithAccess).fault(ends_midway()),
    )
    .await;
    let published = bench.upload().await.published();
    bench.assert_stored(&published);
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
}

#[tokio::test]
async fn new_credentials_for_another_key_send_the_file_in_one_put_where_the_old_one_is_denied() {
    let bench = Bench::new(LARGE, renewing(Renewal::NewKey).fault(ends_midway())).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::StartedOver { .. })));
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 1);
    assert_eq!(bench.arrivals(Step::PutObject).len(), 1);
}

#[tokio::test]
async fn a_small_file_moves_to_the_new_key() {
    let fault = Fault::at(Step::PutObject).expires_credentials();
    let bench = Bench::new(SMALL, renewing(Renewal::NewKey).fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn each_code_that_credentials_end_with_brings_new_ones() {
    for code in [
        OssCode::SecurityTokenExpired,
        OssCode::InvalidSecurityToken,
        OssCode::InvalidAccessKeyId,
    ] {
        let fault = Fault::at(Step::UploadPart).oss_error(code);
        let bench = Bench::new(LARGE, renewing(Renewal::SameKey).fault(fault)).await;
        bench.assert_stored(&bench.upload().await.published());
        assert_eq!(bench.arrivals(Step::Init).len(), 2);
    }
}

#[tokio::test]
async fn credentials_that_are_never_accepted_are_given_up() {
    let fault = Fault::at(Target::Oss)
        .oss_error(OssCode::InvalidAccessKeyId)
        .always();
    let bench = Bench::new(
        SMALL,
        Sandbox::builder()
            .policy(Policy::default().renewal(Renewal::SameKey))
            .fault(fault),
    )
    .await;
    let error = bench.upload().await.error();
    assert_eq!(
        (error.fault(), error.oss_code()),
        (Blame::Refused, Some("InvalidAccessKeyId"))
    );
    assert_eq!(bench.arrivals(Step::Init).len(), 3);
    bench.assert_not_completed();
}

#[tokio::test]
async fn a_clock_that_is_hours_off_is_corrected_for_the_whole_upload() {
    for hours in [-7, 5] {
        let bench = Bench::new(
            LARGE,
            Sandbox::builder().strict().clock_offset(hours * 3600),
        )
        .await;
        let outcome = bench.upload().await;
        let corrections = outcome
            .events
            .iter()
            .filter(|event| matches!(event, Event::ClockCorrected { .. }))
            .count();
        assert_eq!(corrections, 1);
        bench.assert_stored(&outcome.published());
        assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 2);
        assert!(
            bench
                .arrivals(Step::UploadPart)
                .iter()
                .all(|part| part.status == Some(200))
        );
    }
}

#[tokio::test]
async fn the_end_of_v1_is_answered_with_v4_and_remembered() {
    let bench = Bench::new(
        LARGE,
        Sandbox::builder()
            .strict()
            .policy(Policy::default().refuse_v1()),
    )
    .await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| *event == Event::SignatureChanged));
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 2);

    let outcome = bench.upload_with(&bench.forgetful_uploader()).await;
    assert!(
        !outcome.told(|event| *event == Event::SignatureChanged),
        "it is known from the last time"
    );
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 3);
}

#[tokio::test]
async fn v1_alone_is_refused_where_v1_has_ended() {
    let bench = Bench::new(
        SMALL,
        Sandbox::builder()
            .strict()
            .policy(Policy::default().refuse_v1()),
    )
    .await;
    let error = bench
        .upload_with(&bench.uploader().signature(SignatureChoice::V1))
        .await
        .error();
    assert_eq!(
        (error.fault(), error.http_status()),
        (Blame::Refused, Some(403))
    );
    assert_eq!(bench.arrivals(Step::PutObject).len(), 1);
}

#[tokio::test]
async fn v4_works_from_the_first_request() {
    let bench = Bench::new(LARGE, Sandbox::builder().strict()).await;
    let published = bench
        .upload_with(&bench.uploader().signature(SignatureChoice::V4))
        .await
        .published();
    bench.assert_stored(&published);
    assert!(
        bench.arrivals(Step::UploadPart)[0]
            .header("authorization")
            .unwrap()
            .starts_with("OSS4-HMAC-SHA256")
    );
}

#[tokio::test]
async fn v4_without_a_region_says_what_is_missing() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let error = bench
        .upload_with(&bench.uploader().region(None).signature(SignatureChoice::V4))
        .await
        .error();
    assert_eq!(error.code(), "region_unknown");
    assert_eq!(bench.arrivals(Step::PutObject).len(), 0);
}

#[tokio::test]
async fn a_wrong_signature_is_never_hidden_by_another_try() {
    let fault = Fault::at(Step::PutObject)
        .oss_error(OssCode::SignatureDoesNotMatch)
        .always();
    let bench = Bench::new(SMALL, Sandbox::builder().fault(fault)).await;
    let error = bench.upload().await.error();
    assert_eq!(error.oss_code(), Some("SignatureDoesNotMatch"));
    assert_eq!(bench.arrivals(Step::PutObject).len(), 1);
}

#[tokio::test]
async fn a_policy_without_parts_gets_the_file_in_one_put() {
    let policy = Policy::default().rights(Rights::NoMultipart);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().policy(policy)).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| *event == Event::PartsDenied));
    bench.assert_stored(&outcome.published());
}

#[tokio::test]
async fn a_wrong_key_is_seen_before_any_byte_is_sent() {
    let fault = Fault::at(Step::InitiateUpload).oss_error(OssCode::SignatureDoesNotMatch);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.upload().await.error();
    assert_eq!(bench.arrivals(Step::UploadPart).len(), 0);
}

/// The backend may name another object key with each renewal, so an early renewal could cost the whole upload.
#[tokio::test]
async fn credentials_are_used_until_oss_refuses_them() {
    let sandbox = renewing(Renewal::NewKey).credentials_lifetime(Duration::from_secs(31));
    let bench = Bench::new(LARGE, sandbox).await;
    let outcome = bench
        .upload_with(&bench.uploader().limit_rate(LARGE as u64 / 2))
        .await;
    assert!(!outcome.told(|event| *event == Event::CredentialsRenewed));
    bench.assert_stored(&outcome.published());
    assert_eq!(bench.arrivals(Step::Init).len(), 1);
}
