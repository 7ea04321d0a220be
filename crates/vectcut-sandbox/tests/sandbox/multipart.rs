//! The multipart calls and their rules.

use vectcut_sandbox::{Policy, Rights, Sandbox};

use crate::client::{Request, Response, Ticket, init, send};

const PART: usize = 100 * 1024;

struct Upload<'a> {
    sandbox: &'a Sandbox,
    ticket: Ticket,
    id: String,
}

impl<'a> Upload<'a> {
    async fn begin(sandbox: &'a Sandbox) -> Self {
        let ticket = init(sandbox, "clip.mp4", 1).await;
        let request = Request::new("POST", format!("/{}?uploads", ticket.key))
            .header("content-type", "video/mp4")
            .body("");
        let response = send(sandbox, &ticket.sign(sandbox, request)).await;
        assert_eq!(
            (response.status, response.element("Key")),
            (200, ticket.key.clone()),
            "{}",
            response.text()
        );
        Self {
            sandbox,
            ticket,
            id: response.element("UploadId"),
        }
    }

    async fn call(&self, method: &'static str, query: &str, body: impl Into<Vec<u8>>) -> Response {
        let query = query.replace('@', &self.id);
        let request = Request::new(method, format!("/{}?{query}", self.ticket.key)).body(body);
        send(self.sandbox, &self.ticket.sign(self.sandbox, request)).await
    }

    async fn part(&self, number: u32, bytes: &[u8]) -> Response {
        self.call("PUT", &format!("partNumber={number}&uploadId=@"), bytes)
            .await
    }

    async fn complete(&self, parts: &[(u32, &str)]) -> Response {
        let parts: String = parts
            .iter()
            .map(|(number, etag)| {
                format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
            })
            .collect();
        self.call(
            "POST",
            "uploadId=@",
            format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"),
        )
        .await
    }

    fn object(&self) -> Vec<u8> {
        let stored = self
            .sandbox
            .object(&self.ticket.bucket, &self.ticket.key)
            .unwrap();
        std::fs::read(stored.path).unwrap()
    }
}

fn code(response: &Response) -> (u16, String) {
    (response.status, response.element("Code"))
}

#[tokio::test]
async fn parts_in_any_order_make_one_object() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    // Number 5 leaves a gap, and part 1 is replaced.
    let last = upload.part(5, b"hello world").await;
    upload.part(1, b"replaced").await;
    let first = upload.part(1, &[b'a'; PART]).await;
    assert_eq!(last.header("x-oss-hash-crc64ecma"), "5981764153023615706");
    let done = upload
        .complete(&[(1, first.header("etag")), (5, last.header("etag"))])
        .await;
    assert_eq!(done.status, 200, "{}", done.text());

    let whole = [&[b'a'; PART][..], b"hello world"].concat();
    assert_eq!(upload.object(), whole);
    let crc64 = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Xz, &whole);
    assert_eq!(done.header("x-oss-hash-crc64ecma"), crc64.to_string());
    assert!(done.element("ETag").ends_with("-2\""), "{}", done.text());
    let stored = sandbox
        .object(&upload.ticket.bucket, &upload.ticket.key)
        .unwrap();
    assert_eq!(
        (stored.crc64, stored.content_type.as_deref()),
        (crc64, Some("video/mp4"))
    );
}

#[tokio::test]
async fn a_completed_upload_is_gone() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    let part = upload.part(1, b"x").await;
    let etag = part.header("etag").to_owned();
    assert_eq!(upload.complete(&[(1, &etag)]).await.status, 200);
    assert_eq!(
        code(&upload.complete(&[(1, &etag)]).await),
        (404, "NoSuchUpload".into())
    );
    assert_eq!(
        code(&upload.part(2, b"x").await),
        (404, "NoSuchUpload".into())
    );
}

#[tokio::test]
async fn an_upload_id_is_good_for_its_own_key_only() {
    let sandbox = Sandbox::builder()
        .policy(Policy::default().rights(Rights::Full))
        .start()
        .await
        .unwrap();
    let (one, mut two) = (Upload::begin(&sandbox).await, Upload::begin(&sandbox).await);
    two.id.clone_from(&one.id);
    assert_eq!(code(&two.part(1, b"x").await), (404, "NoSuchUpload".into()));
    assert_eq!(one.part(1, b"x").await.status, 200);
}

#[tokio::test]
async fn part_numbers_have_their_bounds() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    for number in [0, 10_001, 70_000] {
        assert_eq!(
            code(&upload.part(number, b"x").await),
            (400, "InvalidArgument".into()),
            "{number}"
        );
    }
    assert_eq!(upload.part(10_000, b"x").await.status, 200);
}

#[tokio::test]
async fn completing_checks_every_part() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    let (small, large) = (
        upload.part(1, &[0; PART - 1]).await,
        upload.part(2, &[0; PART]).await,
    );
    let (small, large) = (small.header("etag"), large.header("etag"));
    assert_eq!(
        code(&upload.complete(&[(1, small), (2, large)]).await),
        (400, "EntityTooSmall".into())
    );
    assert_eq!(
        code(&upload.complete(&[(2, large), (1, small)]).await),
        (400, "InvalidPartOrder".into())
    );
    assert_eq!(
        code(&upload.complete(&[(2, large), (2, large)]).await),
        (400, "InvalidPartOrder".into())
    );
    assert_eq!(
        code(&upload.complete(&[(1, large)]).await),
        (400, "InvalidPart".into())
    );
    assert_eq!(
        code(&upload.complete(&[(3, large)]).await),
        (400, "InvalidPart".into())
    );
    assert_eq!(
        code(&upload.call("POST", "uploadId=@", "not XML").await),
        (400, "MalformedXML".into())
    );
    // After all that the upload is still open, and a small part may be the last.
    assert_eq!(upload.complete(&[(1, small)]).await.status, 200);
}

#[tokio::test]
async fn complete_all_takes_every_part_and_no_body() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    upload.part(1, &[7; PART]).await;
    upload.part(2, b"end").await;
    let complete_all = |body: &str| {
        let request = Request::new(
            "POST",
            format!("/{}?uploadId={}", upload.ticket.key, upload.id),
        );
        upload.ticket.sign(
            &sandbox,
            request.header("x-oss-complete-all", "yes").body(body),
        )
    };
    assert_eq!(
        code(&send(&sandbox, &complete_all("<x/>")).await),
        (400, "InvalidArgument".into())
    );
    assert_eq!(send(&sandbox, &complete_all("")).await.status, 200);
    assert_eq!(upload.object().len(), PART + 3);
}

#[tokio::test]
async fn abort_and_list_need_their_rights() {
    let sandbox = Sandbox::start().await.unwrap();
    let upload = Upload::begin(&sandbox).await;
    for number in 1..=3 {
        upload.part(number, b"x").await;
    }
    let denied = (403, "AccessDenied".to_owned());
    assert_eq!(code(&upload.call("GET", "uploadId=@", "").await), denied);
    assert_eq!(code(&upload.call("DELETE", "uploadId=@", "").await), denied);

    sandbox.set_policy(Policy::default().rights(Rights::Full));
    let list = upload.call("GET", "uploadId=@", "").await.text();
    assert_eq!(
        (
            list.matches("<Part>").count(),
            list.contains("<IsTruncated>false")
        ),
        (3, true),
        "{list}"
    );
    assert_eq!(upload.call("DELETE", "uploadId=@", "").await.status, 204);
    assert_eq!(
        code(&upload.call("DELETE", "uploadId=@", "").await),
        (404, "NoSuchUpload".into())
    );
    assert_eq!(
        std::fs::read_dir(sandbox.state_dir().join("uploads"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_list_has_pages() {
    let sandbox = Sandbox::builder()
        .policy(Policy::default().rights(Rights::Full))
        .start()
        .await
        .unwrap();
    let upload = Upload::begin(&sandbox).await;
    for number in [1, 3, 4] {
        upload.part(number, b"x").await;
    }
    let page = async |marker: u16| {
        let target = format!(
            "/{}?max-parts=2&part-number-marker={marker}&uploadId={}",
            upload.ticket.key, upload.id
        );
        let resource = format!("{}?uploadId={}", upload.ticket.key, upload.id);
        let response = send(
            &sandbox,
            &upload
                .ticket
                .access
                .sign(&sandbox, Request::new("GET", target), &resource),
        )
        .await;
        (
            response.text().matches("<Part>").count(),
            response.element("IsTruncated"),
            response.element("NextPartNumberMarker"),
        )
    };
    assert_eq!(page(0).await, (2, "true".into(), "3".into()));
    assert_eq!(page(3).await, (1, "false".into(), "4".into()));
}

#[tokio::test]
async fn a_policy_can_deny_multipart_altogether() {
    let sandbox = Sandbox::builder()
        .policy(Policy::default().rights(Rights::NoMultipart))
        .start()
        .await
        .unwrap();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let request = ticket.sign(
        &sandbox,
        Request::new("POST", format!("/{}?uploads", ticket.key)).body(""),
    );
    assert_eq!(
        code(&send(&sandbox, &request).await),
        (403, "AccessDenied".into())
    );
    assert_eq!(send(&sandbox, &ticket.put(&sandbox, "x")).await.status, 200);
}
