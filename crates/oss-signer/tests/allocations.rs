//! Signing allocates its output, once, and nothing else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use allocation_counter::measure;
use oss_signer::v4::{self, Scope, SigningKey};
use oss_signer::{Credentials, Request, v1};

const CREDENTIALS: Credentials<'static> =
    Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS+EXAMPLE/=");
const SCOPE: Scope<'static> = Scope::new("cn-hangzhou").additional_headers(&["range"]);
const HOUR: Duration = Duration::from_secs(3600);

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

/// Has everything that a signature may have to sort, encode or merge.
fn request() -> Request<'static> {
    Request::put("examplebucket", "视频/a b+c.mp4")
        .query("uploadId", "0004B9895DBBB6EC98E36A1C2D3E4F50")
        .query("partNumber", "1")
        .query("response-content-type", "a/b c")
        .header("x-oss-meta-a", "1")
        .header("Content-Type", "video/mp4")
        .header("range", "bytes=0-1")
}

#[track_caller]
fn allocates_once<T>(output: impl Fn() -> Option<T>) {
    assert!(output().is_some());
    let counted = measure(|| {
        let _output = output();
    });
    assert_eq!(counted.count_total, 1, "allocations");
}

#[test]
fn each_signature_allocates_its_output_once() {
    let request = request();
    let key = SigningKey::derive(&CREDENTIALS, &SCOPE, time()).ok();
    allocates_once(|| v1::sign(&request, &CREDENTIALS, time()).ok());
    allocates_once(|| v1::presign(&request, &CREDENTIALS, time()).ok());
    allocates_once(|| v4::sign(&request, &CREDENTIALS, &SCOPE, time()).ok());
    allocates_once(|| v4::presign(&request, &CREDENTIALS, &SCOPE, time(), HOUR).ok());
    allocates_once(|| {
        key.as_ref()?
            .sign(&request, &CREDENTIALS, &SCOPE, time())
            .ok()
    });
    allocates_once(|| {
        key.as_ref()?
            .presign(&request, &CREDENTIALS, &SCOPE, time(), HOUR)
            .ok()
    });
    allocates_once(|| Some(request.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com")));
}
