//! What survives a restart, and what goes with the sandbox.

use vectcut_sandbox::{Policy, Rights, Sandbox};

use crate::client::{Access, Request, init, port, send};

async fn open(dir: &std::path::Path) -> Sandbox {
    Sandbox::builder().state_dir(dir).start().await.unwrap()
}

#[tokio::test]
async fn keys_tickets_objects_and_open_uploads_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = open(dir.path()).await;
    let (done, half) = (
        init(&sandbox, "done.mp4", 1).await,
        init(&sandbox, "half.mp4", 1).await,
    );
    send(&sandbox, &done.put(&sandbox, "done")).await;
    let initiate = half.sign(
        &sandbox,
        Request::new("POST", format!("/{}?uploads", half.key)).body(""),
    );
    let id = send(&sandbox, &initiate).await.element("UploadId");
    let part =
        Request::new("PUT", format!("/{}?partNumber=1&uploadId={id}", half.key)).body("half");
    let etag = send(&sandbox, &half.sign(&sandbox, part))
        .await
        .header("etag")
        .to_owned();
    let (api_key, long_lived) = (
        sandbox.settings().api_key.clone(),
        Access::long_lived(&sandbox).secret,
    );
    sandbox.shutdown().await;

    let sandbox = open(dir.path()).await;
    assert_eq!(
        (
            &sandbox.settings().api_key,
            &Access::long_lived(&sandbox).secret
        ),
        (&api_key, &long_lived)
    );
    assert_eq!(send(&sandbox, &done.complete(&sandbox)).await.status, 200);
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = half.sign(
        &sandbox,
        Request::new("POST", format!("/{}?uploadId={id}", half.key)).body(list),
    );
    assert_eq!(send(&sandbox, &complete).await.status, 200);
    let stored = sandbox.object(&half.bucket, &half.key).unwrap();
    assert_eq!(std::fs::read(stored.path).unwrap(), b"half");
    assert_eq!(sandbox.objects().len(), 2);
}

#[tokio::test]
async fn a_port_is_free_again_after_shutdown() {
    let sandbox = Sandbox::start().await.unwrap();
    let port = port(&sandbox);
    init(&sandbox, "a.mp4", 1).await;
    sandbox.shutdown().await;
    let again = Sandbox::builder().port(port).start().await.unwrap();
    assert_eq!(crate::client::port(&again), port);
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = Sandbox::builder()
        .port(port(&sandbox))
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_temporary_directory_goes_with_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let dir = sandbox.state_dir().to_owned();
    assert!(dir.exists());
    sandbox.shutdown().await;
    assert!(!dir.exists());
}

#[tokio::test]
async fn two_sandboxes_cannot_share_a_state_directory() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = open(dir.path()).await;
    let error = Sandbox::builder()
        .state_dir(dir.path())
        .start()
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("is in use by another sandbox"),
        "{error}"
    );
    drop(sandbox);
    open(dir.path()).await.shutdown().await;
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_enter_the_folders_of_a_sandbox() {
    let home = tempfile::tempdir().unwrap();
    let (temporary, kept) = (
        Sandbox::start().await.unwrap(),
        open(&home.path().join("state")).await,
    );
    for sandbox in [&temporary, &kept] {
        assert_eq!(mode(sandbox.state_dir()), 0o700);
        for folder in ["objects", "incoming", "uploads", "tickets"] {
            assert_eq!(mode(&sandbox.state_dir().join(folder)), 0o700, "{folder}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_state_directory_that_others_can_write_to_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let loose = std::os::unix::fs::PermissionsExt::from_mode(0o770);
    std::fs::set_permissions(dir.path(), loose).unwrap();
    let started = Sandbox::builder().state_dir(dir.path()).start().await;
    let error = started.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("run `chmod go-w"), "{error}");
}

#[tokio::test]
async fn bytes_without_a_record_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).await);
    let orphan = dir.path().join("objects/orphan");
    std::fs::write(&orphan, "x").unwrap();
    drop(open(dir.path()).await);
    assert!(!orphan.exists());
}

#[tokio::test]
async fn a_damaged_record_is_named() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).await);
    std::fs::write(dir.path().join("objects/x.json"), "{").unwrap();
    let error = Sandbox::builder()
        .state_dir(dir.path())
        .start()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("x.json"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_holds_keys_is_readable_by_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("state");
    let sandbox = Sandbox::builder()
        .state_dir(&dir)
        .tls(true)
        .policy(Policy::default().rights(Rights::Full))
        .start()
        .await
        .unwrap();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(sandbox.state_dir()), 0o700);
    for file in ["sandbox.json", "ca.pem"] {
        assert_eq!(mode(&dir.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn the_environment_points_at_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = sandbox.settings();
    let names: Vec<_> = settings
        .environment()
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(
        names,
        [
            "VECTCUT_API_KEY",
            "VECTCUT_BASE_URL",
            "VECTCUT_OSS_ENDPOINT",
            "VECTCUT_OSS_REGION",
            "OSS_ENDPOINT",
            "OSS_REGION",
            "OSS_BUCKET",
            "OSS_ACCESS_KEY_ID",
            "OSS_ACCESS_KEY_SECRET",
        ]
    );
    let shown = format!("{sandbox:?}");
    assert!(
        !shown.contains(&settings.api_key) && !shown.contains(&settings.oss_access_key_secret),
        "{shown}"
    );
}
