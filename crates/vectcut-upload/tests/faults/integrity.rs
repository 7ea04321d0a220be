//! Bytes that change: on their way, in the store, and in the local file.

use vectcut_sandbox::{Fault, OssCode, Response, Sandbox, Step};
use vectcut_upload::{Event, Fault as Blame, Upload};

use crate::bench::{Bench, LARGE, SMALL};

#[tokio::test]
async fn a_damaged_part_is_sent_again() {
    let fault = Fault::at(Step::UploadPart).damages().times(2);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn a_damaged_object_is_sent_again() {
    let fault = Fault::at(Step::PutObject).damages().times(2);
    let bench = Bench::new(SMALL, Sandbox::builder().strict().fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
}

#[tokio::test]
async fn damage_that_does_not_end_is_a_fault_of_integrity_and_gets_no_url() {
    for (len_bytes, step) in [(SMALL, Step::PutObject), (LARGE, Step::UploadPart)] {
        let bench = Bench::new(
            len_bytes,
            Sandbox::builder().fault(Fault::at(step).damages().always()),
        )
        .await;
        let error = bench
            .upload_with(&bench.uploader().streams(1))
            .await
            .error();
        assert_eq!(
            (error.fault(), error.code()),
            (Blame::Integrity, "crc64_mismatch")
        );
        assert_eq!(bench.arrivals(step).len(), 3);
        bench.assert_not_completed();
    }
}

#[tokio::test]
async fn a_whole_that_differs_is_begun_anew_and_given_up_after_three_times() {
    let once = Fault::at(Step::CompleteUpload).wrong_crc();
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(once)).await;
    let outcome = bench.upload().await;
    assert!(outcome.told(|event| matches!(event, Event::StartedOver { .. })));
    bench.assert_stored(&outcome.published());

    let bench = Bench::new(
        LARGE,
        Sandbox::builder().fault(Fault::at(Step::CompleteUpload).wrong_crc().always()),
    )
    .await;
    assert_eq!(bench.upload().await.error().fault(), Blame::Integrity);
    assert_eq!(bench.arrivals(Step::CompleteUpload).len(), 3);
    bench.assert_not_completed();
}

#[tokio::test]
async fn an_upload_that_oss_forgets_is_begun_anew() {
    for fault in [
        Fault::at(Step::UploadPart).forgets_uploads().skipping(2),
        Fault::at(Step::CompleteUpload).forgets_uploads(),
        Fault::at(Step::CompleteUpload).oss_error(OssCode::InvalidPart),
    ] {
        let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
        bench.assert_stored(&bench.upload().await.published());
        assert_eq!(bench.arrivals(Step::InitiateUpload).len(), 2);
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_gets_no_url() {
    for len_bytes in [SMALL, LARGE] {
        let bench = Bench::new(len_bytes, Sandbox::builder().strict()).await;
        let mut events = Vec::new();
        let path = bench.path().to_owned();
        let mut on_event = |event: Event| {
            if event == Event::Step(vectcut_upload::Step::Put) {
                std::fs::write(&path, "another file").unwrap();
            }
            events.push(event);
        };
        let error = bench
            .uploader()
            .upload(&Upload::new(bench.path()), &mut on_event)
            .await
            .unwrap_err();
        assert_eq!((error.fault(), error.code()), (Blame::File, "file_changed"));
        bench.assert_not_completed();
    }
}

#[tokio::test]
async fn an_answer_of_200_that_is_not_osss_proves_nothing_and_is_asked_for_again() {
    for (len_bytes, step) in [
        (SMALL, Step::PutObject),
        (LARGE, Step::InitiateUpload),
        (LARGE, Step::UploadPart),
        (LARGE, Step::CompleteUpload),
    ] {
        for fault in [Fault::at(step).html(), Fault::at(step).status(200)] {
            let bench = Bench::new(len_bytes, Sandbox::builder().strict().fault(fault)).await;
            bench.assert_stored(&bench.upload().await.published());
            assert_eq!(
                bench.arrivals(Step::InitiateUpload).len(),
                match step {
                    Step::PutObject => 0,
                    Step::InitiateUpload => 2,
                    _ => 1,
                }
            );
            assert_eq!(bench.arrivals(Step::Complete).len(), 1);
        }
    }
}

#[tokio::test]
async fn bytes_whose_crc64_nobody_reports_are_sent_three_times_and_get_no_url() {
    let answer = Response::status(200).header("etag", "\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"");
    for (len_bytes, step) in [(SMALL, Step::PutObject), (LARGE, Step::UploadPart)] {
        let fault = Fault::at(step).responds(answer.clone()).always();
        let bench = Bench::new(len_bytes, Sandbox::builder().fault(fault)).await;
        let error = bench
            .upload_with(&bench.uploader().streams(1))
            .await
            .error();
        assert_eq!(
            (error.fault(), error.code()),
            (Blame::Integrity, "crc64_missing")
        );
        assert_eq!(bench.arrivals(step).len(), 3);
        bench.assert_not_completed();
    }
}
