//! Put, head, get and the multipart calls, under V1 and V4.

use oss_client::{Crc64, Error, MultipartUpload, NewObject, Operation, Part, Patience, Signature};
use strict_http::ServerText;
use vectcut_sandbox::{Fault, OssCode, Sandbox, Step};

use crate::bench::{Bench, full, key};

#[tokio::test]
async fn what_is_put_can_be_headed_and_got_under_both_signatures() {
    let bench = Bench::new().await;
    let object_key = key("a/b c.txt");
    let stored = bench.put(&object_key, b"123456789").await.unwrap();
    assert_eq!(stored.sent_crc64, Crc64::new(11_051_210_869_376_104_954));
    assert_eq!(stored.crc64, Some(stored.sent_crc64));
    assert_eq!(
        stored.etag.unwrap().as_str(),
        "25F9E794323B453885F5181F1B624D0B"
    );
    for signature in [Signature::V1, bench.v4()] {
        let signing = bench.signing(signature);
        let info = bench
            .client
            .head_object(&bench.bucket, &object_key, &signing)
            .await
            .unwrap();
        assert_eq!((info.len_bytes, info.crc64), (Some(9), stored.crc64));
        assert_eq!(info.content_type.unwrap().as_str(), "text/plain");
        let mut stream = bench
            .client
            .get_object(&bench.bucket, &object_key, &signing)
            .await
            .unwrap();
        let mut got = Vec::new();
        while let Some(chunk) = stream.chunk().await.unwrap() {
            got.extend_from_slice(&chunk);
        }
        assert_eq!(got, b"123456789");
    }
}

#[tokio::test]
async fn an_empty_body_has_its_length() {
    let bench = Bench::new().await;
    let stored = bench.put(&key("empty"), b"").await.unwrap();
    assert_eq!(stored.crc64, Some(Crc64::EMPTY));
    let put = bench.sandbox.journal().pop().unwrap();
    assert_eq!(
        (
            put.header("content-length"),
            put.header("transfer-encoding")
        ),
        (Some("0"), None)
    );
}

#[tokio::test]
async fn headers_of_oss_are_signed_and_sent_with_one_put_and_with_parts() {
    let bench = Bench::new().await;
    let object_key = key("once.txt");
    let object = NewObject::new(&bench.bucket, &object_key)
        .header("x-oss-meta-author", "剪辑")
        .header("x-oss-forbid-overwrite", "true");
    bench.put_object(&object, b"first").await.unwrap();
    let put = bench.sandbox.journal().pop().unwrap();
    assert_eq!(put.header("content-type"), Some("application/octet-stream"));

    let error = bench.put_object(&object, b"second").await.unwrap_err();
    let Error::Refused { reply, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(reply.code.unwrap().as_str(), "FileAlreadyExists");

    let signing = bench.signing(bench.v4());
    bench
        .client
        .initiate_multipart_upload(&object, &signing)
        .await
        .unwrap();
    let initiate = bench.sandbox.journal().pop().unwrap();
    assert_eq!(initiate.header("x-oss-forbid-overwrite"), Some("true"));
    let object = object.header("X-OSS-Meta-Author", "twice");
    let error = bench.put_object(&object, b"third").await.unwrap_err();
    assert!(matches!(error, Error::Sign { .. }), "{error:?}");
}

#[tokio::test]
async fn a_success_that_is_not_osss_stores_nothing() {
    for fault in [
        Fault::at(Step::PutObject).html(),
        Fault::at(Step::PutObject).status(200),
    ] {
        let bench = Bench::with(Sandbox::builder().strict().fault(fault)).await;
        let error = bench.put(&key("k"), b"bytes").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the response of OSS to PutObject has no `ETag`"
        );
    }
}

#[tokio::test]
async fn parts_join_to_the_whole() {
    let bench = Bench::new().await;
    let object_key = key("parts.bin");
    let signing = bench.signing(bench.v4());
    let object = NewObject::new(&bench.bucket, &object_key).content_type("video/mp4");
    let upload_id = bench
        .client
        .initiate_multipart_upload(&object, &signing)
        .await
        .unwrap();
    let upload = MultipartUpload::new(&bench.bucket, &object_key, &upload_id);
    let (mut parts, mut crc64) = (Vec::new(), Crc64::EMPTY);
    let contents: [&[u8]; 2] = [&[7; 100 * 1024], b"tail"];
    for (number, bytes) in (1..).zip(contents) {
        let len_bytes = bytes.len() as u64;
        let stored = bench
            .client
            .upload_part(
                &upload,
                number,
                len_bytes,
                full(bytes),
                &signing,
                Patience::default(),
            )
            .await
            .unwrap();
        crc64 = crc64.followed_by(stored.crc64.unwrap(), len_bytes);
        parts.push(Part::new(number, stored.etag.unwrap()));
    }
    let completed = bench
        .client
        .complete_multipart_upload(&upload, &parts, &signing)
        .await
        .unwrap();
    assert_eq!(completed.crc64, Some(crc64));
    assert!(completed.etag.unwrap().as_str().ends_with("-2"));
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let bench = Bench::new().await;
    let object_key = key("aborted.bin");
    let signing = bench.signing(Signature::V1);
    let object = NewObject::new(&bench.bucket, &object_key).content_type("video/mp4");
    let upload_id = bench
        .client
        .initiate_multipart_upload(&object, &signing)
        .await
        .unwrap();
    let upload = MultipartUpload::new(&bench.bucket, &object_key, &upload_id);
    bench
        .client
        .abort_multipart_upload(&upload, &signing)
        .await
        .unwrap();
    let error = bench
        .client
        .complete_multipart_upload(
            &upload,
            &[Part::new(1, ServerText::clean("E", 64, &[]))],
            &signing,
        )
        .await
        .unwrap_err();
    let Error::Refused { operation, reply } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (operation, reply.status),
        (Operation::CompleteMultipartUpload, 404)
    );
    assert_eq!(reply.code.unwrap().as_str(), "NoSuchUpload");
    assert!(reply.request_id.is_some());
}

#[tokio::test]
async fn the_response_to_head_has_its_error_in_a_header() {
    let bench = Bench::new().await;
    let signing = bench.signing(Signature::V1);
    let error = bench
        .client
        .head_object(&bench.bucket, &key("none"), &signing)
        .await
        .unwrap_err();
    let Error::Refused { reply, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(reply.code.unwrap().as_str(), "NoSuchKey");
}

#[tokio::test]
async fn a_wrong_signature_is_reported_without_the_string_to_sign() {
    let fault = Fault::at(Step::PutObject).oss_error(OssCode::SignatureDoesNotMatch);
    let bench = Bench::with(Sandbox::builder().fault(fault)).await;
    let error = bench.put(&key("k"), b"bytes").await.unwrap_err();
    let words = format!("{error} {error:?}");
    assert!(
        words.contains("SignatureDoesNotMatch") && !words.contains("text/plain"),
        "{words}"
    );
}
