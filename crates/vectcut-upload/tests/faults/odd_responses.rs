//! A response that the server would not send: the page of a proxy, or a status without its code. Once it is no reason to give
//! up; again and again it is.

use vectcut_sandbox::{Fault, Policy, Renewal, Response, Sandbox, Step};
use vectcut_upload::Fault as Blame;

use crate::bench::{Bench, LARGE};

fn odd_responses() -> Vec<Fault> {
    let statuses = [400, 401, 403, 404, 405, 409, 413].map(Response::status);
    let pages = [200, 401, 403, 404].map(Response::html);
    let of_oss = [Step::InitiateUpload, Step::UploadPart, Step::CompleteUpload]
        .into_iter()
        .flat_map(|step| {
            let answers = statuses.clone().into_iter().chain(pages.clone());
            answers.map(move |answer| Fault::at(step).responds(answer))
        });
    let of_backend = [Step::Init, Step::Complete].into_iter().flat_map(|step| {
        [
            Fault::at(step).html(),
            Fault::at(step).cuts_json(),
            Fault::at(step).cuts_response(),
        ]
    });
    of_oss.chain(of_backend).collect()
}

#[tokio::test]
async fn one_odd_response_costs_a_retry_and_not_the_upload() {
    for fault in odd_responses() {
        let shown = format!("{fault:?}");
        // Where OSS may have new credentials for a 401, they are for the same place.
        let policy = Policy::default().renewal(Renewal::SameKey);
        let sandbox = Sandbox::builder().strict().policy(policy).fault(fault);
        let bench = Bench::new(LARGE, sandbox).await;
        let outcome = bench.upload().await;
        if let Err(error) = &outcome.result {
            panic!("{shown}: {error:?}");
        }
        bench.assert_stored(&outcome.published());
        assert_eq!(bench.sandbox.objects().len(), 1, "{shown}");
    }
}

#[tokio::test]
async fn an_odd_response_that_comes_again_and_again_ends_the_upload_after_three_times() {
    for (step, fault) in [
        (Step::UploadPart, Fault::at(Step::UploadPart).status(403)),
        (
            Step::CompleteUpload,
            Fault::at(Step::CompleteUpload).status(409),
        ),
        (Step::Init, Fault::at(Step::Init).html()),
        (Step::Complete, Fault::at(Step::Complete).cuts_json()),
    ] {
        let bench = Bench::new(LARGE, Sandbox::builder().fault(fault.always())).await;
        let uploader = bench.uploader().streams(1);
        let error = bench.upload_with(&uploader).await.error();
        assert_eq!(error.fault(), Blame::Network, "{step}: {error:?}");
        assert!(error.is_retryable(), "{step}: {error:?}");
        assert_eq!(bench.arrivals(step).len(), 3, "{step}");
    }
}

#[tokio::test]
async fn a_conflict_of_two_requests_to_complete_is_settled() {
    let conflict = Response::status(409).body("<Error><Code>OperationAborted</Code></Error>");
    let fault = Fault::at(Step::CompleteUpload).responds(conflict);
    let bench = Bench::new(LARGE, Sandbox::builder().strict().fault(fault)).await;
    bench.assert_stored(&bench.upload().await.published());
    assert_eq!(bench.arrivals(Step::CompleteUpload).len(), 2);
}
