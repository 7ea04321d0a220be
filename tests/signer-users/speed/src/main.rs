//! Prints what signatures cost, beside the bare HMAC and beside `reqsign-aliyun-oss`, in one run.
//!
//! Every way is measured in turn, many times, and the shortest time of each counts: other programs only make times longer.
//! The request is a `PutObject` with a content type and a security token of 800 characters.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use oss_signer::http::{Addressing, sign_parts_v1, sign_parts_v4};
use oss_signer::v4::{self, Scope, SigningKey};
use oss_signer::{Credentials, Request, v1};
use reqsign_aliyun_oss::{Credential, RequestSigner, SigningVersion};
use reqsign_core::{Context, SignRequest};
use sha1::Sha1;

const ROUNDS: usize = 400;
const CALLS: u32 = 100;
const ID: &str = "STS.ExampleAccessKeyId";
const SECRET: &str = "example-secret-of-thirty-chars";
const REGION: &str = "cn-hangzhou";
const BUCKET: &str = "examplebucket";
const KEY: &str = "uploads/2026/01/clip.mp4";

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let token = "CAISexampleToken+/0123456789abcd".repeat(25);
    let credentials = Credentials::new(ID, SECRET).security_token(&token);
    let (scope, time) = (Scope::new(REGION), SystemTime::now());
    let key = SigningKey::derive(&credentials, &scope, time)?;
    let request = put();
    let text = v1::string_to_sign(&request, &credentials, time)?;
    let text = text.reveal_secrets().as_bytes();
    let head = head()?;
    let addressing = Addressing::Host(BUCKET);
    let theirs = Credential {
        access_key_id: ID.to_owned(),
        access_key_secret: SECRET.to_owned(),
        security_token: Some(token.clone()),
        expires_in: None,
    };
    let context = Context::new();
    let their_v1 = RequestSigner::new(BUCKET);
    let their_v4 = RequestSigner::new(BUCKET)
        .with_region(REGION)
        .with_signing_version(SigningVersion::V4);

    let mut ways: Vec<(&str, Box<dyn FnMut() + '_>)> = vec![
        (
            "bare HMAC-SHA1 of V1's string to sign",
            Box::new(|| drop(black_box(bare(text)))),
        ),
        (
            "V1, request at hand",
            Box::new(|| drop(black_box(v1::sign(black_box(&request), &credentials, time)))),
        ),
        (
            "V1, request built",
            Box::new(|| drop(black_box(v1::sign(&black_box(put()), &credentials, time)))),
        ),
        (
            "V4, request at hand",
            Box::new(|| {
                drop(black_box(v4::sign(
                    black_box(&request),
                    &credentials,
                    &scope,
                    time,
                )))
            }),
        ),
        (
            "V4 with a kept key, request at hand",
            Box::new(|| {
                drop(black_box(key.sign(
                    black_box(&request),
                    &credentials,
                    &scope,
                    time,
                )))
            }),
        ),
        (
            "V1, head of `http`",
            Box::new(|| {
                let mut parts = head.clone();
                drop(black_box(sign_parts_v1(
                    &mut parts,
                    addressing,
                    &credentials,
                    time,
                )));
            }),
        ),
        (
            "V1, head of `http`, reqsign-aliyun-oss 3.2.0",
            Box::new(|| {
                let mut parts = head.clone();
                drop(black_box(ready(their_v1.sign_request(
                    &context,
                    &mut parts,
                    Some(&theirs),
                    None,
                ))));
            }),
        ),
        (
            "V4, head of `http`",
            Box::new(|| {
                let mut parts = head.clone();
                drop(black_box(sign_parts_v4(
                    &mut parts,
                    addressing,
                    &credentials,
                    &scope,
                    time,
                )));
            }),
        ),
        (
            "V4, head of `http`, reqsign-aliyun-oss 3.2.0",
            Box::new(|| {
                let mut parts = head.clone();
                drop(black_box(ready(their_v4.sign_request(
                    &context,
                    &mut parts,
                    Some(&theirs),
                    None,
                ))));
            }),
        ),
    ];
    check_theirs(&head, &context, &their_v1, &their_v4, &theirs)?;
    print_table(&mut ways);
    Ok(())
}

/// Measures every way in turn, and prints the shortest time of each.
fn print_table(ways: &mut [(&str, Box<dyn FnMut() + '_>)]) {
    let mut shortest = vec![Duration::MAX; ways.len()];
    for _ in 0..ROUNDS {
        for (shortest, (_, call)) in shortest.iter_mut().zip(ways.iter_mut()) {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            *shortest = start.elapsed().min(*shortest);
        }
    }
    println!("| what | time | beside the bare HMAC-SHA1 |\n|---|---|---|");
    let bare = shortest[0].as_secs_f64();
    for ((name, _), time) in ways.iter().zip(&shortest) {
        let nanoseconds = time.as_nanos() / u128::from(CALLS);
        println!(
            "| {name} | {nanoseconds} ns | {:.2} × |",
            time.as_secs_f64() / bare
        );
    }
}

fn put<'a>() -> Request<'a> {
    Request::put(BUCKET, KEY).header("Content-Type", "video/mp4")
}

fn head() -> Result<Parts, Failure> {
    let uri = format!("https://{BUCKET}.oss-{REGION}.aliyuncs.com/{KEY}");
    let request = http::Request::put(uri).header("content-type", "video/mp4");
    Ok(request.body(())?.into_parts().0)
}

fn bare(text: &[u8]) -> impl Sized + use<> {
    let mac = Hmac::<Sha1>::new_from_slice(black_box(SECRET.as_bytes()));
    mac.map(|mac| mac.chain_update(black_box(text)).finalize().into_bytes())
}

/// A signature that fails would be quick: makes sure that theirs does not.
fn check_theirs(
    head: &Parts,
    context: &Context,
    v1: &RequestSigner,
    v4: &RequestSigner,
    credential: &Credential,
) -> Result<(), Failure> {
    for signer in [v1, v4] {
        let mut parts = head.clone();
        ready(signer.sign_request(context, &mut parts, Some(credential), None))?;
        parts
            .headers
            .get("authorization")
            .ok_or("reqsign did not sign")?;
    }
    Ok(())
}

/// Runs a future that never waits.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = TaskContext::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
