//! The time of a signature, beside the bare HMAC or hash of the same bytes with the same crates.
//!
//! Run it with `cargo bench -p oss-signer`.
//! The first lines show ratios from paired runs: a busy machine slows both sides alike.

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use oss_signer::v4::{Scope, SigningKey};
use oss_signer::{Credentials, Request, SignError, v1, v4};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const SECRET: &str = "example-secret-of-thirty-chars";

/// Returns a token of the usual length.
fn token() -> String {
    "CAISexampleToken+/0123456789abcd".repeat(25)
}

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

fn put<'a>() -> Request<'a> {
    Request::put("examplebucket", "uploads/2026/01/clip.mp4").header("Content-Type", "video/mp4")
}

/// Prints how many times longer than the bare HMAC a V1 signature takes, with and without building the request.
fn print_v1_ratios() -> Result<(), SignError> {
    const PAIRS: usize = 1000;
    let (token, request) = (token(), put());
    let credentials = Credentials::new("STS.ExampleAccessKeyId", SECRET).security_token(&token);
    let text = v1::string_to_sign(&request, &credentials, time())?;
    let text = text.reveal_secrets().as_bytes();
    let mut at_hand = Vec::with_capacity(PAIRS);
    let mut built = Vec::with_capacity(PAIRS);
    for _ in 0..PAIRS {
        let bare = seconds(|| bare_hmac_sha1(text));
        at_hand.push(seconds(|| v1::sign(black_box(&request), &credentials, time())) / bare);
        built.push(seconds(|| v1::sign(&black_box(put()), &credentials, time())) / bare);
    }
    for (what, ratios) in [
        ("request at hand", &mut at_hand),
        ("request built", &mut built),
    ] {
        ratios.sort_by(f64::total_cmp);
        let [low, median, high] = [PAIRS / 10, PAIRS / 2, PAIRS * 9 / 10].map(|rank| ratios[rank]);
        print_line(&format!(
            "v1 signature, {what}: {median:.2} x bare HMAC-SHA1 (10 % {low:.2}, 90 % {high:.2})"
        ));
    }
    Ok(())
}

/// Returns the time of a thousand calls, in seconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn seconds<T>(call: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..1000 {
        black_box(call());
    }
    start.elapsed().as_secs_f64()
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn print_line(line: &str) {
    println!("{line}");
}

fn bare_hmac_sha1(text: &[u8]) -> impl Sized + use<> {
    let mac = Hmac::<Sha1>::new_from_slice(black_box(SECRET.as_bytes()));
    mac.map(|mac| mac.chain_update(black_box(text)).finalize().into_bytes())
}

fn bench_v1(criterion: &mut Criterion) -> Result<(), SignError> {
    let (token, request) = (token(), put());
    let credentials = Credentials::new("STS.ExampleAccessKeyId", SECRET).security_token(&token);
    let text = v1::string_to_sign(&request, &credentials, time())?;
    let text = text.reveal_secrets().as_bytes();

    let mut group = criterion.benchmark_group("v1");
    group.bench_function("bare_hmac_sha1", |bencher| {
        bencher.iter(|| bare_hmac_sha1(text));
    });
    group.bench_function("sign", |bencher| {
        bencher.iter(|| {
            v1::sign(
                black_box(&request),
                black_box(&credentials),
                black_box(time()),
            )
        });
    });
    group.bench_function("build_and_sign", |bencher| {
        bencher.iter(|| {
            v1::sign(
                &black_box(put()),
                black_box(&credentials),
                black_box(time()),
            )
        });
    });
    group.bench_function("presign", |bencher| {
        bencher.iter(|| {
            v1::presign(
                black_box(&request),
                black_box(&credentials),
                black_box(time()),
            )
        });
    });
    group.finish();
    Ok(())
}

fn bench_v4(criterion: &mut Criterion) -> Result<(), SignError> {
    let (token, request, scope) = (token(), put(), Scope::new("cn-hangzhou"));
    let credentials = Credentials::new("STS.ExampleAccessKeyId", SECRET).security_token(&token);
    let key = SigningKey::derive(&credentials, &scope, time())?;
    let canonical = v4::canonical_request(&request, &credentials, &scope, time())?;
    let canonical = canonical.reveal_secrets().as_bytes();
    let hour = Duration::from_secs(3600);

    let mut group = criterion.benchmark_group("v4");
    group.bench_function("bare_sha256", |bencher| {
        bencher.iter(|| Sha256::digest(black_box(canonical)));
    });
    group.bench_function("derive_key", |bencher| {
        bencher.iter(|| SigningKey::derive(black_box(&credentials), &scope, black_box(time())));
    });
    group.bench_function("sign", |bencher| {
        bencher.iter(|| v4::sign(black_box(&request), &credentials, &scope, black_box(time())));
    });
    group.bench_function("sign_with_key", |bencher| {
        bencher.iter(|| key.sign(black_box(&request), &credentials, &scope, black_box(time())));
    });
    group.bench_function("presign_with_key", |bencher| {
        bencher.iter(|| key.presign(black_box(&request), &credentials, &scope, time(), hour));
    });
    group.finish();
    Ok(())
}

/// Runs every benchmark, and fails if one cannot sign its request.
fn bench(criterion: &mut Criterion) {
    for result in [print_v1_ratios(), bench_v1(criterion), bench_v4(criterion)] {
        assert_eq!(result, Ok(()), "the benchmark's request was refused");
    }
}

criterion_group!(signatures, bench);
criterion_main!(signatures);
