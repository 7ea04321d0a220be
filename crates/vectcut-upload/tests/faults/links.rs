//! What is known of uploads: lists, renewed links, and what is forgotten.

use std::time::Duration;

use oss_client::ObjectKey;
use vectcut_api::SignedUrl;
use vectcut_sandbox::{Fault, Sandbox, Step};
use vectcut_upload::{
    Fault as Blame, Link, LinkOf, Outcome, Published, UploadError, Uploads, UploadsError,
};

use crate::bench::{Bench, KIB, LARGE, SMALL, slow, stopped_midway};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A sandbox whose links are good for a day, and a file that is uploaded.
async fn uploaded() -> (Bench, Published) {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let published = bench.upload().await.published();
    (bench, published)
}

async fn renew(bench: &Bench, of: LinkOf, min_valid: Duration) -> Result<Link, UploadError> {
    let uploader = bench.uploader();
    uploader.renew(&of, min_valid, &mut |_| {}).await
}

fn key(text: &str) -> LinkOf {
    LinkOf::ObjectKey(ObjectKey::parse(text).unwrap())
}

fn url(text: &str) -> LinkOf {
    LinkOf::Url(SignedUrl::parse(text).unwrap())
}

fn file(bench: &Bench) -> LinkOf {
    LinkOf::File(bench.path().to_owned())
}

/// Each way to name the object of an upload.
fn names(bench: &Bench, published: &Published) -> [LinkOf; 4] {
    let link = published.public_signed_url.expose();
    let bare = link.split('?').next().unwrap();
    [
        file(bench),
        key(&published.object_key),
        url(link),
        url(bare),
    ]
}

#[tokio::test]
async fn a_link_that_is_good_for_long_enough_is_proven_and_given_again() {
    let (bench, first) = uploaded().await;
    for of in names(&bench, &first) {
        let link = renew(&bench, of.clone(), 2 * HOUR).await.unwrap();
        assert!(!link.is_new, "{of:?}");
        assert_eq!(link.object_key, first.object_key);
        assert_eq!(link.public_signed_url, first.public_signed_url);
        assert!(link.left.unwrap() > 23 * HOUR);
    }
    assert_eq!(bench.arrivals(Step::Complete).len(), 1);
    assert_eq!(bench.arrivals(Step::GetObject).len(), 4);
}

#[tokio::test]
async fn a_link_that_ends_too_soon_is_renewed_and_the_ledger_knows_the_new_one() {
    let sandbox = Sandbox::builder().fault(Fault::at(Step::Complete).publishes_url_for(600));
    let bench = Bench::new(SMALL, sandbox).await;
    let first = bench.upload().await.published();
    let link = renew(&bench, file(&bench), Duration::ZERO).await.unwrap();
    assert!(!link.is_new);
    for is_new in [true, false] {
        let link = renew(&bench, file(&bench), 2 * HOUR).await.unwrap();
        assert_eq!(link.is_new, is_new);
        assert!(link.left.unwrap() > 23 * HOUR);
        assert_ne!(link.public_signed_url, first.public_signed_url);
    }
}

#[tokio::test]
async fn the_hosts_clock_says_how_long_a_link_is_good_and_not_this_computers() {
    for hours in [30, -30] {
        let (bench, _) = uploaded().await;
        bench.sandbox.set_clock_offset(hours * 3600);
        let link = renew(&bench, file(&bench), HOUR).await.unwrap();
        assert_eq!(link.is_new, hours > 0, "{link:?}");
    }
}

#[tokio::test]
async fn a_link_that_no_backend_gives_for_so_long_is_an_error_with_both_times() {
    let (bench, first) = uploaded().await;
    let wanted = 48 * HOUR;
    for of in names(&bench, &first) {
        let error = renew(&bench, of, wanted).await.unwrap_err();
        let UploadError::UrlTooShort { left, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(*left > 23 * HOUR && *left < wanted);
        assert_eq!(
            (error.code(), error.is_retryable()),
            ("url_too_short", false)
        );
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_was_uploaded_has_no_link() {
    let (mut bench, _) = uploaded().await;
    let other = bench.path().with_file_name("other.mp4");
    std::fs::write(&other, "other").unwrap();
    let error = renew(&bench, LinkOf::File(other), HOUR).await.unwrap_err();
    assert_eq!((error.code(), error.fault()), ("not_uploaded", Blame::File));
    let is_changed = |error| {
        matches!(
            error,
            UploadError::NotUploaded {
                is_changed: true,
                ..
            }
        )
    };
    assert!(!is_changed(error));

    bench.rewrite(SMALL);
    assert!(is_changed(
        renew(&bench, file(&bench), HOUR).await.unwrap_err()
    ));
    bench.rewrite(SMALL + 1);
    assert!(is_changed(
        renew(&bench, file(&bench), HOUR).await.unwrap_err()
    ));
    let missing = LinkOf::File(bench.path().with_file_name("missing.mp4"));
    let error = renew(&bench, missing, HOUR).await.unwrap_err();
    assert_eq!(error.code(), "file_missing");
    assert_eq!(bench.arrivals(Step::Complete).len(), 1);
}

#[tokio::test]
async fn a_file_that_was_uploaded_under_another_name_has_a_link() {
    let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
    let upload = vectcut_upload::Upload::new(bench.path()).name("other.mp4");
    let first = bench.uploader().upload(&upload, &mut |_| {}).await.unwrap();
    let link = renew(&bench, file(&bench), HOUR).await.unwrap();
    assert_eq!(link.object_key, first.object_key);
}

#[tokio::test]
async fn an_object_that_the_ledger_does_not_know_is_asked_for_by_its_key() {
    let (bench, first) = uploaded().await;
    std::fs::remove_dir_all(bench.state_dir()).unwrap();
    let [by_file, named @ ..] = names(&bench, &first);
    for of in named {
        let link = renew(&bench, of, HOUR).await.unwrap();
        assert!(link.is_new);
        assert_eq!(link.object_key, first.object_key);
    }
    assert_eq!(
        renew(&bench, by_file, HOUR).await.unwrap_err().code(),
        "not_uploaded"
    );
    let error = renew(&bench, key("uploads/none.mp4"), HOUR)
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.fault(), error.object_key()),
        ("object_unknown", Blame::File, None)
    );
    let error = renew(&bench, url("https://b.example/"), HOUR)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "url_without_key");
}

#[tokio::test]
async fn an_object_that_is_gone_or_another_one_has_no_link() {
    let (bench, first) = uploaded().await;
    let (bucket, object_key) = (&first.bucket, &first.object_key);
    bench
        .sandbox
        .replace_object(bucket, object_key, b"other")
        .unwrap();
    let error = renew(&bench, file(&bench), HOUR).await.unwrap_err();
    assert_eq!(
        (error.code(), error.fault()),
        ("object_replaced", Blame::Integrity)
    );

    bench.sandbox.delete_object(bucket, object_key).unwrap();
    let error = renew(&bench, file(&bench), HOUR).await.unwrap_err();
    assert_eq!(
        (error.code(), error.object_key()),
        ("backend_refused", None)
    );
    bench
        .sandbox
        .inject(Fault::at(Step::Complete).completes_unchecked());
    let error = renew(&bench, file(&bench), HOUR).await.unwrap_err();
    assert_eq!(
        (error.code(), error.is_retryable()),
        ("object_unknown", false)
    );
}

#[tokio::test]
async fn finished_uploads_are_listed_with_their_links_and_can_be_forgotten() {
    let (bench, first) = uploaded().await;
    let uploads = Uploads::open(bench.state_dir()).await.unwrap();
    let finished = uploads.finished().await.unwrap();
    assert_eq!(finished.len(), 1);
    let upload = &finished[0];
    assert_eq!(upload.path, std::fs::canonicalize(bench.path()).unwrap());
    assert_eq!(
        (upload.name.as_str(), upload.len_bytes, upload.crc64),
        ("clip.mp4", SMALL as u64, first.crc64)
    );
    assert_eq!(
        (&upload.bucket, &upload.object_key),
        (&first.bucket, &first.object_key)
    );
    assert_eq!(upload.url(), &first.public_signed_url);
    assert_eq!(upload.url_expires_at, first.public_signed_url.expires_at());
    let shown = format!("{upload:?}");
    assert!(!shown.contains("Signature="), "{shown}");

    for (of, expected) in [
        (key("uploads/none.mp4"), 0),
        (file(&bench), 1),
        (file(&bench), 0),
    ] {
        assert_eq!(uploads.forget(&of).await.unwrap(), expected, "{of:?}");
    }
    assert!(uploads.finished().await.unwrap().is_empty());
    assert_eq!(bench.upload().await.published().outcome, Outcome::Uploaded);
}

#[tokio::test]
async fn an_upload_is_forgotten_by_each_of_its_names() {
    for index in 0..4 {
        let (bench, first) = uploaded().await;
        let of = names(&bench, &first)[index].clone();
        let uploads = Uploads::open(bench.state_dir()).await.unwrap();
        assert_eq!(uploads.forget(&of).await.unwrap(), 1, "{of:?}");
    }
}

#[tokio::test]
async fn unfinished_uploads_are_listed_and_can_be_discarded() {
    let bench = Bench::new(LARGE, slow()).await;
    let safe_bytes = stopped_midway(&bench, 4).await;
    let uploads = Uploads::open(bench.state_dir()).await.unwrap();
    let unfinished = uploads.unfinished().await.unwrap();
    assert_eq!(unfinished.len(), 1);
    let upload = &unfinished[0];
    assert_eq!(upload.path, std::fs::canonicalize(bench.path()).unwrap());
    assert_eq!(
        (upload.name.as_str(), upload.content_type.as_str()),
        ("clip.mp4", "video/mp4")
    );
    assert_eq!(
        (upload.len_bytes, upload.safe_bytes),
        (LARGE as u64, safe_bytes)
    );
    assert!(safe_bytes >= 256 * KIB as u64);
    assert!(upload.object_key.is_some() && !upload.is_stored && !upload.is_in_use);
    assert!(uploads.finished().await.unwrap().is_empty());

    for id in ["0000000000000000", "../ledger/lock", ""] {
        assert!(!uploads.discard(id).await.unwrap(), "{id}");
    }
    let journal = std::fs::File::open(bench.journal_path()).unwrap();
    journal.lock().unwrap();
    assert!(uploads.unfinished().await.unwrap()[0].is_in_use);
    let error = uploads.discard(&upload.id).await.unwrap_err();
    assert!(matches!(error, UploadsError::InUse { .. }) && error.is_retryable());
    drop(journal);
    assert!(uploads.discard(&upload.id).await.unwrap());
    assert_eq!(bench.journals(), 0);
    assert!(uploads.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stored_object_without_its_url_is_listed_as_such() {
    let fault = Fault::at(Step::Complete).refuses(402);
    let bench = Bench::new(SMALL, Sandbox::builder().fault(fault)).await;
    bench.upload().await.error();
    let uploads = Uploads::open(bench.state_dir()).await.unwrap();
    let unfinished = uploads.unfinished().await.unwrap();
    assert!(unfinished[0].is_stored);
    assert_eq!(unfinished[0].safe_bytes, SMALL as u64);
}

#[tokio::test]
async fn the_lists_can_leave_out_other_accounts_and_backends() {
    let bench = Bench::new(LARGE, slow()).await;
    stopped_midway(&bench, 2).await;
    let small = bench.path().with_file_name("small.mp4");
    std::fs::write(&small, "small").unwrap();
    let upload = vectcut_upload::Upload::new(small);
    bench.uploader().upload(&upload, &mut |_| {}).await.unwrap();
    let settings = bench.sandbox.settings();
    for (base_url, api_key, expected) in [
        (settings.base_url.as_str(), settings.api_key.as_str(), 1),
        (settings.base_url.as_str(), "another-account", 0),
        ("https://open.vectcut.com", settings.api_key.as_str(), 0),
    ] {
        let server = strict_http::ServerUrl::parse(base_url).unwrap();
        let options = strict_http::Options::for_servers([&server]);
        let http = strict_http::client(&options).unwrap();
        let api_key = vectcut_api::ApiKey::parse(api_key).unwrap();
        let api = vectcut_api::Client::new(http, server, api_key);
        let uploads = Uploads::open(bench.state_dir()).await.unwrap().of(&api);
        assert_eq!(uploads.unfinished().await.unwrap().len(), expected);
        assert_eq!(uploads.finished().await.unwrap().len(), expected);
    }
}

#[tokio::test]
async fn a_state_directory_that_cannot_be_used_is_an_error_of_its_own() {
    let (bench, _) = uploaded().await;
    let error = Uploads::open(bench.path()).await.unwrap_err();
    assert!(matches!(error, UploadsError::StateDir { .. }));
    assert!(!error.is_retryable());
}
