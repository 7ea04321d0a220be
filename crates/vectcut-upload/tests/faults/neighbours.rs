//! Other processes, other accounts, and other users of the same computer.

use vectcut_sandbox::{Policy, Renewal, Sandbox, Step};
use vectcut_upload::{Event, Fault as Blame, Outcome, Step as At, Upload};

use crate::bench::{Bench, LARGE, MIB, SMALL, noise, slow, stopped_midway};

#[tokio::test]
async fn another_account_never_touches_an_upload_and_leaves_it_for_its_owner() {
    let policy = Policy::default().renewal(Renewal::SameKey);
    let bench = Bench::new(LARGE, slow().policy(policy)).await;
    let safe_bytes = stopped_midway(&bench, 4).await;
    let settings = bench.sandbox.settings();
    let other = bench.uploader_with(
        &settings.base_url,
        &settings.oss_endpoint,
        "another-account",
    );
    let outcome = bench.upload_with(&other).await;
    let touches = |event: &Event| {
        matches!(
            event,
            Event::Resuming { .. } | Event::Step(At::Put | At::Complete)
        )
    };
    assert!(!outcome.told(touches), "{:?}", outcome.events);
    assert_eq!(outcome.error().fault(), Blame::ApiKey);

    let outcome = bench.upload().await;
    let resuming = Event::Resuming {
        safe_bytes,
        len_bytes: LARGE as u64,
    };
    assert!(outcome.told(|event| *event == resuming));
    assert_eq!(outcome.published().outcome, Outcome::Resumed);
}

#[tokio::test]
async fn whoever_waited_for_the_same_upload_gets_its_result_and_sends_nothing() {
    for len_bytes in [SMALL, LARGE] {
        let bench = Bench::new(len_bytes, slow()).await;
        let (first, second) = tokio::join!(bench.upload(), bench.upload());
        let waited = [&first, &second].map(|run| run.told(|event| *event == Event::Waiting));
        assert!(waited[0] != waited[1], "{waited:?}");
        let (first, second) = (first.published(), second.published());
        assert_eq!(first.object_key, second.object_key);
        assert_eq!(
            first.public_signed_url.expose(),
            second.public_signed_url.expose()
        );
        bench.assert_stored(&first);
        assert_eq!(bench.arrivals(Step::Init).len(), 1);
        let sent: u64 = [Step::PutObject, Step::UploadPart]
            .into_iter()
            .flat_map(|step| bench.arrivals(step))
            .filter_map(|request| request.header("content-length")?.parse::<u64>().ok())
            .sum();
        assert_eq!(sent, len_bytes as u64);
    }
}

/// Uploads a batch of this bench's file and another one. Between the two, `meanwhile` runs to its end.
async fn batch_with_a_neighbour(bench: &Bench, meanwhile: impl AsyncFn() + Sync) {
    let second = bench.path().with_file_name("second.mp4");
    std::fs::write(&second, "second").unwrap();
    let uploads = [Upload::new(bench.path()), Upload::new(second)];
    let mut results = Vec::new();
    let mut on_result = |index, result: Result<_, _>| {
        results.push(result.is_ok());
        if index == 0 {
            // The batch waits for this call, so the neighbour needs a runtime of its own.
            std::thread::scope(|scope| {
                scope.spawn(|| runtime().block_on(meanwhile()));
            });
        }
    };
    bench
        .uploader()
        .upload_all(&uploads, 1, &mut |_, _| {}, &mut on_result)
        .await;
    assert_eq!(results, [true, true]);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_end_of_a_batch_leaves_the_journal_of_a_neighbour_who_sends_a_newer_file() {
    let mut bench = Bench::new(MIB, slow()).await;
    let newer = noise(LARGE + 1);
    batch_with_a_neighbour(&bench, async || {
        std::fs::write(bench.path(), &newer).unwrap();
        stopped_midway(&bench, 2).await;
    })
    .await;
    assert_eq!(bench.journals(), 1);
    bench.expect(newer);
    let published = bench.upload().await.published();
    assert_eq!(published.outcome, Outcome::Resumed);
    bench.assert_stored(&published);
}

#[tokio::test]
async fn the_end_of_a_batch_leaves_nothing_behind_when_a_neighbour_took_the_result_away() {
    let bench = Bench::new(MIB, Sandbox::builder().strict()).await;
    batch_with_a_neighbour(&bench, async || {
        let uploader = bench.forgetful_uploader();
        let published = bench.upload_with(&uploader).await.published();
        assert_eq!(published.outcome, Outcome::Completed);
    })
    .await;
    assert_eq!(bench.journals(), 0);
}

#[cfg(unix)]
mod other_users {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// Uploads a file whose journal cannot be kept, and asserts that this is said and does no harm.
    async fn upload_unkept(bench: &Bench) {
        let outcome = bench.upload_with(&bench.forgetful_uploader()).await;
        assert!(
            outcome.told(|event| matches!(event, Event::NotKept { .. })),
            "{:?}",
            outcome.events
        );
        let published = outcome.published();
        let object = bench
            .sandbox
            .object(&published.bucket, &published.object_key);
        assert_eq!(object.unwrap().crc64, published.crc64.value());
    }

    #[tokio::test]
    async fn a_link_in_the_place_of_a_journal_leads_no_credentials_elsewhere() {
        let bench = Bench::new(LARGE, slow()).await;
        stopped_midway(&bench, 2).await;
        let journal = bench.journal_path();
        for target in ["precious", ""] {
            let victim = bench.path().with_file_name("victim.txt");
            std::fs::write(&victim, target).unwrap();
            std::fs::remove_file(&journal).unwrap();
            symlink(&victim, &journal).unwrap();
            upload_unkept(&bench).await;
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), target);
        }
    }

    #[tokio::test]
    async fn a_second_name_of_a_file_in_the_place_of_a_journal_gets_no_credentials() {
        let bench = Bench::new(LARGE, slow()).await;
        stopped_midway(&bench, 2).await;
        let journal = bench.journal_path();
        let victim = bench.path().with_file_name("victim.txt");
        std::fs::write(&victim, "").unwrap();
        std::fs::remove_file(&journal).unwrap();
        std::fs::hard_link(&victim, &journal).unwrap();
        upload_unkept(&bench).await;
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "");
    }

    #[tokio::test]
    async fn a_fifo_in_the_place_of_a_journal_holds_up_nobody() {
        let bench = Bench::new(LARGE, slow()).await;
        stopped_midway(&bench, 2).await;
        let journal = bench.journal_path();
        std::fs::remove_file(&journal).unwrap();
        make_fifo(&journal);
        upload_unkept(&bench).await;
    }

    #[tokio::test]
    async fn nothing_is_kept_in_a_folder_that_others_can_write_to() {
        let bench = Bench::new(LARGE, Sandbox::builder().strict()).await;
        std::fs::create_dir(bench.state_dir()).unwrap();
        std::fs::set_permissions(bench.state_dir(), PermissionsExt::from_mode(0o777)).unwrap();
        upload_unkept(&bench).await;
        assert_eq!(std::fs::read_dir(bench.state_dir()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn nothing_is_kept_in_a_folder_of_another_user() {
        let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
        std::fs::create_dir(bench.state_dir()).unwrap();
        // Only the superuser can give a folder away. For everybody else the root folder is one.
        let given = std::os::unix::fs::chown(bench.state_dir(), Some(65534), Some(65534)).is_ok();
        let state_dir = if given { bench.state_dir() } else { "/".into() };
        let uploader = bench.uploader().state_dir(&state_dir);
        let outcome = bench.upload_with(&uploader).await;
        assert!(outcome.told(|event| matches!(event, Event::NotKept { .. })));
        outcome.published();
        assert!(!state_dir.join("uploads").exists());
    }

    #[tokio::test]
    async fn a_loose_journal_is_closed_to_others_before_credentials_go_into_it() {
        let bench = Bench::new(LARGE, slow()).await;
        stopped_midway(&bench, 2).await;
        let journal = bench.journal_path();
        std::fs::write(&journal, "").unwrap();
        std::fs::set_permissions(&journal, PermissionsExt::from_mode(0o666)).unwrap();
        stopped_midway(&bench, 2).await;
        let mode = std::fs::metadata(&journal).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(bench.journal().contains("access_key_secret"));
    }

    #[tokio::test]
    async fn a_fifo_that_takes_the_place_of_the_file_hangs_no_upload() {
        let bench = Bench::new(SMALL, Sandbox::builder().strict()).await;
        let path = bench.path().to_owned();
        let mut on_event = |event| {
            if event == Event::Step(At::Put) {
                std::fs::remove_file(&path).unwrap();
                make_fifo(&path);
            }
        };
        let uploader = bench.uploader();
        let upload = Upload::new(bench.path());
        let upload = uploader.upload(&upload, &mut on_event);
        let result = tokio::time::timeout(std::time::Duration::from_secs(20), upload).await;
        let error = result.expect("it does not hang").unwrap_err();
        assert_eq!(error.code(), "file_changed");
        bench.assert_not_completed();
    }

    fn make_fifo(path: &std::path::Path) {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }
}
