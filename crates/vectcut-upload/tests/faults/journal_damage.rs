//! Whatever happens to a journal, the next run publishes the right bytes or fails.
//!
//! Each case leaves a real journal at some stage of an upload, damages it, and resumes. Bytes are damaged as a disk or a program
//! would damage them; then the checksums show it, and the run must succeed. Values are damaged under checksums that fit, which
//! no accident does; then an error will do, but never a URL for other bytes.

mod damage;

use std::time::Duration;

use damage::{Damage, Pool};
use fastrand::Rng;
use vectcut_sandbox::{Fault, Policy, Renewal, Rights, Sandbox, Step};
use vectcut_upload::{Event, Published, RetryPolicy, Upload, UploadError, Uploader};

use crate::bench::{Bench, KIB, noise};

/// Three parts and a rest.
const LEN_BYTES: usize = 3 * 128 * KIB + 1000;

/// How many cases share a neighbour and the sandbox's open uploads.
const CASES_OF_A_NEIGHBOUR: u64 = 50;

/// How long one case may take before it counts as hanging.
const CASE_MAX: Duration = Duration::from_secs(60);

#[test]
fn journal_any_damage_never_publishes_other_bytes() {
    let told = run_cases(300, 2);
    // Else the cases would show little.
    assert!(told.published > 150, "{told:?}");
    assert!(told.resumed > 60, "{told:?}");
}

#[test]
#[ignore = "takes minutes; a few hundred cases run every time"]
fn journal_any_damage_never_publishes_other_bytes_in_ten_thousand_cases() {
    println!("{:?}", run_cases(10_000, 4));
}

/// What the cases came to.
#[derive(Debug, Default)]
struct Told {
    published: u32,
    resumed: u32,
    failed: u32,
}

/// Runs cases on several threads, each with a sandbox of its own.
fn run_cases(cases: u64, threads: u64) -> Told {
    let told = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap();
                    runtime.block_on(run_every(thread, threads, cases))
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect::<Vec<_>>()
    });
    told.into_iter().fold(Told::default(), |sum, told| Told {
        published: sum.published + told.published,
        resumed: sum.resumed + told.resumed,
        failed: sum.failed + told.failed,
    })
}

async fn run_every(first: u64, step: u64, cases: u64) -> Told {
    let bench = Bench::new(LEN_BYTES, Sandbox::builder()).await;
    let mut told = Told::default();
    let mut neighbour = Neighbour::new(&bench).await;
    for (count, seed) in (first..cases).step_by(step as usize).enumerate() {
        if (count as u64 + 1).is_multiple_of(CASES_OF_A_NEIGHBOUR) {
            bench.sandbox.forget_uploads().unwrap();
            neighbour = Neighbour::new(&bench).await;
        }
        let case = case(&bench, &neighbour, seed);
        let outcome = tokio::time::timeout(CASE_MAX, case).await;
        let (resumed, published) = outcome.unwrap_or_else(|_| panic!("case {seed} hangs"));
        told.resumed += u32::from(resumed);
        told.published += u32::from(published);
        told.failed += u32::from(!published);
        for (bucket, key) in bench.sandbox.objects() {
            if key != neighbour.published.object_key {
                bench.sandbox.delete_object(&bucket, &key).unwrap();
            }
        }
    }
    told
}

/// Another file of the same length: its object, and the journal of an upload of it that goes on.
struct Neighbour {
    published: Published,
    journals: Vec<String>,
}

impl Neighbour {
    async fn new(bench: &Bench) -> Self {
        let path = bench.path().with_file_name("neighbour.mp4");
        let mut bytes = noise(LEN_BYTES);
        bytes.reverse();
        std::fs::write(&path, bytes).unwrap();
        bench.sandbox.set_policy(Policy::default());
        let mut journals = Vec::new();
        for stage in [Leaves::Parts, Leaves::Url] {
            clear(bench);
            leave(bench, &Upload::new(&path), stage).await;
            journals.push(bench.journal());
        }
        // The journal of the last one is at its end, so this sends nothing.
        let published = uploader(bench)
            .upload(&Upload::new(&path), &mut |_| {})
            .await
            .unwrap();
        Self {
            published,
            journals,
        }
    }
}

/// At which stage an upload is left.
#[derive(Debug, Clone, Copy)]
enum Leaves {
    /// Nothing was sent yet.
    Ticket,
    /// Some parts were sent.
    Parts,
    /// OSS was asked to join the parts, and was not.
    Joining,
    /// OSS has joined the parts, and its response was lost.
    Joined,
    /// OSS has the whole, and the backend was not asked.
    Object,
    /// The backend has given the URL, and the batch goes on.
    Url,
}

/// Uploads a file as far as this stage.
async fn leave(bench: &Bench, upload: &Upload, stage: Leaves) {
    let fails = |step| Fault::at(step).status(500).times(3);
    let fault = match stage {
        Leaves::Ticket => Some(fails(Step::InitiateUpload)),
        Leaves::Parts => Some(fails(Step::UploadPart).skipping(2)),
        Leaves::Joining => Some(fails(Step::CompleteUpload)),
        Leaves::Joined => Some(Fault::at(Step::CompleteUpload).loses_response().times(3)),
        Leaves::Object => Some(fails(Step::Complete)),
        Leaves::Url => None,
    };
    let is_url = fault.is_none();
    fault
        .into_iter()
        .for_each(|fault| bench.sandbox.inject(fault));
    let missing = Upload::new(bench.path().with_file_name("missing.mp4"));
    let mut first = None;
    uploader(bench)
        .streams(1)
        .upload_all(
            &[upload.clone(), missing],
            1,
            &mut |_, _| {},
            &mut |index, result| {
                if index == 0 {
                    first = Some(result);
                }
            },
        )
        .await;
    let first = first.unwrap();
    assert_eq!(first.is_ok(), is_url, "{stage:?}: {first:?}");
    assert!(bench.sandbox.unserved_faults().is_empty(), "{stage:?}");
}

/// An uploader that never waits: a request may fail three times.
fn uploader(bench: &Bench) -> Uploader {
    bench.uploader().part_size(128 * KIB as u64).retry(
        RetryPolicy::default()
            .base(Duration::ZERO)
            .cap(Duration::ZERO)
            .give_up_after(Duration::ZERO)
            .unreachable_after(Duration::ZERO),
    )
}

fn clear(bench: &Bench) {
    let _ = std::fs::remove_dir_all(bench.state_dir());
}

/// Runs one case. Returns whether the damaged journal was of use, and whether the file was published.
async fn case(bench: &Bench, neighbour: &Neighbour, seed: u64) -> (bool, bool) {
    let mut rng = Rng::with_seed(seed);
    let rights = [Rights::PutObjectOnly, Rights::Full][rng.usize(..2)];
    let renewals = [Renewal::NewKey, Renewal::NewKeyWithAccess, Renewal::SameKey];
    let renewal = renewals[rng.usize(..3)];
    let policy = Policy::default().rights(rights).renewal(renewal);
    bench.sandbox.set_policy(policy);
    let stages = [
        Leaves::Ticket,
        Leaves::Parts,
        Leaves::Joining,
        Leaves::Joined,
        Leaves::Object,
        Leaves::Url,
    ];
    let stage = stages[rng.usize(..stages.len())];
    clear(bench);
    leave(bench, &Upload::new(bench.path()), stage).await;

    let journal = bench.journal();
    // Else no damaged value would pass the checksums.
    assert!(damage::chained(&damage::records(&journal)) == journal.as_bytes());
    let pool = Pool::new(neighbour.journals.iter().chain([&journal]));
    let damage = Damage::any(&journal, &pool, &mut rng);
    std::fs::write(bench.journal_path(), &damage.journal).unwrap();
    let mut resumed = false;
    let mut on_event = |event| resumed |= matches!(event, Event::Resuming { .. });
    let result = uploader(bench)
        .upload(&Upload::new(bench.path()), &mut on_event)
        .await;
    let shown = || {
        let damaged = String::from_utf8_lossy(&damage.journal).into_owned();
        format!(
            "case {seed}, {rights:?}, {renewal:?}, {stage:?}, {}\n{journal}\n{damaged}",
            damage.what
        )
    };
    match &result {
        Ok(published) => assert_right(bench, published, shown).await,
        Err(error) => {
            assert!(damage.checksums_fit, "{error:?}\n{}", shown());
            assert!(!is_fault_of_program(error), "{error:?}\n{}", shown());
        }
    }
    (resumed, result.is_ok())
}

fn is_fault_of_program(error: &UploadError) -> bool {
    error.fault() == vectcut_upload::Fault::Internal
}

/// Fetches the URL and compares every byte.
async fn assert_right(bench: &Bench, published: &Published, shown: impl Fn() -> String) {
    let url = strict_http::ServerUrl::parse(&bench.sandbox.settings().base_url).unwrap();
    let http = strict_http::client(&strict_http::Options::for_servers([&url])).unwrap();
    let response = http.get(published.public_signed_url.expose()).send().await;
    let response = response.unwrap_or_else(|error| panic!("{error:?}\n{}", shown()));
    assert_eq!(response.status().as_u16(), 200, "{}", shown());
    let bytes = response.bytes().await.unwrap();
    assert!(bytes == bench.bytes(), "other bytes\n{}", shown());
    let mut digest = oss_client::Crc64Digest::new();
    digest.update(bench.bytes());
    assert_eq!(published.crc64, digest.value(), "{}", shown());
    assert_eq!(published.len_bytes, LEN_BYTES as u64, "{}", shown());
}
