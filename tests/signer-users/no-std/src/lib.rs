//! Signs, presigns and verifies without the standard library.
#![no_std]

extern crate alloc;

use alloc::string::String;
use core::time::Duration;

use oss_signer::post::Policy;
use oss_signer::v4::{self, Scope};
use oss_signer::verify::{self, Received};
use oss_signer::{Credentials, Request, SignError, Timestamp, v1};

/// Returns an `Authorization` of V1.
pub fn authorization(
    credentials: &Credentials<'_>,
    unix_seconds: i64,
) -> Result<String, SignError> {
    let request = Request::put("examplebucket", "reading.json");
    let time = Timestamp::from_unix_seconds(unix_seconds);
    let signed = v1::sign(&request, credentials, time)?;
    let mut headers = signed.headers();
    let authorization = headers.find(|(name, _)| *name == "authorization");
    Ok(authorization
        .map(|(_, value)| value.into())
        .unwrap_or_default())
}

/// Returns a URL that is valid for a minute.
pub fn link(credentials: &Credentials<'_>, unix_seconds: i64) -> Result<String, SignError> {
    let request = Request::get("examplebucket", "reading.json");
    let time = Timestamp::from_unix_seconds(unix_seconds);
    let minute = Duration::from_secs(60);
    let presigned = v4::presign(
        &request,
        credentials,
        &Scope::new("cn-hangzhou"),
        time,
        minute,
    )?;
    Ok(presigned.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com"))
}

/// Tells whether a form of our own would be accepted.
pub fn form_round_trip(
    credentials: &Credentials<'_>,
    unix_seconds: i64,
) -> Result<bool, SignError> {
    let time = Timestamp::from_unix_seconds(unix_seconds);
    let form = Policy::new("examplebucket", time)
        .equals("key", "k")
        .sign_v1(credentials)?;
    let fields: alloc::vec::Vec<_> = form.fields("k").collect();
    Ok(verify::check_form(&fields, credentials).is_ok())
}

/// Tells whether a received request is signed.
pub fn is_signed(
    received: &Received<'_>,
    credentials: &Credentials<'_>,
    unix_seconds: i64,
) -> bool {
    let now = Timestamp::from_unix_seconds(unix_seconds);
    verify::check(received, credentials, now, Duration::from_secs(900)).is_ok()
}
