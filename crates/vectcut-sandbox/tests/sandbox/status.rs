//! The status page as a browser gets it: who may see it, what it holds, and what it must not hold.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use vectcut_sandbox::{Fault, Sandbox, Step};

use crate::client::{Access, Request, backend, init, port, send};

const WAIT: Duration = Duration::from_secs(10);

/// Returns the target of the page, `/?token=…`.
fn target(sandbox: &Sandbox) -> String {
    let url = &sandbox.settings().status_url;
    let (_, target) = url.rsplit_once('/').unwrap();
    format!("/{target}")
}

fn get(sandbox: &Sandbox, target: impl Into<String>) -> Request {
    Request::new("GET", target).header("host", format!("127.0.0.1:{}", port(sandbox)))
}

/// The events of one browser.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    async fn open(sandbox: &Sandbox) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port(sandbox)))
            .await
            .unwrap();
        let request = get(sandbox, format!("{}&events=", target(sandbox)));
        stream.write_all(&request.bytes()).await.unwrap();
        Self {
            stream,
            text: String::new(),
        }
    }

    /// Waits for an event that satisfies the condition.
    async fn next(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let reading = async {
            loop {
                let events = self
                    .text
                    .lines()
                    .filter_map(|line| line.strip_prefix("data: "));
                let mut events = events.filter_map(|json| serde_json::from_str(json).ok());
                if let Some(event) = events.find(&is_it) {
                    return event;
                }
                let mut bytes = [0; 4096];
                let len = self.stream.read(&mut bytes).await.unwrap();
                assert_ne!(len, 0, "the events ended: {}", self.text);
                self.text += std::str::from_utf8(&bytes[..len]).unwrap();
            }
        };
        match timeout(WAIT, reading).await {
            Ok(event) => event,
            Err(_) => panic!("no such event in {}", self.text),
        }
    }
}

/// Returns whether a request of that step in an event satisfies the condition.
fn has(event: &Value, step: &str, is_it: impl Fn(&Value) -> bool) -> bool {
    let rows = event["requests"].as_array().unwrap();
    rows.iter().any(|row| row["step"] == step && is_it(row))
}

#[tokio::test]
async fn the_page_needs_its_token_and_lets_nothing_in_or_out() {
    let sandbox = Sandbox::start().await.unwrap();
    let page = send(&sandbox, &get(&sandbox, target(&sandbox))).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy").to_owned();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "script-src 'sha256-",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    let settings = sandbox.settings();
    let (_, token) = settings.status_url.split_once('=').unwrap();
    assert_eq!(token.len(), 32);
    for secret in [token, &settings.api_key, &settings.oss_access_key_secret] {
        assert!(!page.text().contains(secret), "{}", page.text());
    }

    let browser = get(&sandbox, "/").header("accept", "text/html");
    let wrong = get(&sandbox, "/?token=0123456789ABCDEF0123456789ABCDEF");
    let events = get(&sandbox, "/?events=&token=0");
    let rebound = get(&sandbox, format!("{}&events=", target(&sandbox)));
    let rebound = rebound.header("sec-fetch-site", "same-site");
    for request in [browser, wrong, events, rebound] {
        let refused = send(&sandbox, &request).await;
        assert_eq!(refused.status, 403, "{}", request.target);
        assert_eq!(refused.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(refused.header("cache-control"), "no-store");
    }
    for (name, value) in [
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(sandbox.journal().is_empty(), "it is no request to a server");
}

#[tokio::test]
async fn every_sandbox_has_a_token_of_its_own() {
    let (one, two) = (
        Sandbox::start().await.unwrap(),
        Sandbox::start().await.unwrap(),
    );
    assert_ne!(target(&one), target(&two));
    assert!(!format!("{:?}", one.settings()).contains("token="));
    let other = send(&two, &get(&two, target(&one))).await;
    assert_eq!(other.status, 403);
}

#[tokio::test]
async fn the_page_takes_no_request_from_oss() {
    let sandbox = Sandbox::start().await.unwrap();
    // ListBuckets without a signature, with one, and at a name of OSS.
    let plain = get(&sandbox, "/");
    let signed = get(&sandbox, target(&sandbox)).header("authorization", "OSS id:signature");
    let named = Request::new("GET", target(&sandbox)).header("host", "oss.localhost");
    for (request, code) in [
        (plain, "AccessDenied"),
        (signed, "AccessDenied"),
        (named, "AccessDenied"),
    ] {
        let response = send(&sandbox, &request).await;
        assert_eq!(
            (response.status, response.element("Code").as_str()),
            (403, code)
        );
        assert_eq!(response.header("server"), "AliyunOSS");
    }
    assert_eq!(sandbox.journal().len(), 3);
}

#[tokio::test]
async fn an_upload_is_told_as_it_happens_and_no_secret_with_it() {
    let fault = Fault::at(Step::PutObject).status(503);
    let sandbox = Sandbox::builder().fault(fault).start().await.unwrap();
    let mut events = Events::open(&sandbox).await;
    let whole = events.next(|event| event["whole"] == true).await;
    assert_eq!(whole["requests"], json!([]));
    assert_eq!(
        whole["faults"],
        json!([{ "fault": "put:status=503", "strikes": 0, "served": false }])
    );

    let ticket = init(&sandbox, "clip.mp4", 5).await;
    let waiting = |event: &Value| event["uploads"][0]["state"] == "waiting";
    let waiting = events.next(waiting).await;
    assert_eq!(waiting["uploads"][0]["file"], "clip.mp4");
    assert_eq!(waiting["uploads"][0]["total"], 5);

    send(&sandbox, &ticket.put(&sandbox, "bytes")).await;
    let struck = |row: &Value| row["status"] == 503 && row["faults"][0] == "put:status=503";
    events.next(|event| has(event, "put", struck)).await;

    let mut wrong = ticket.with_secret("wrong").put(&sandbox, "bytes");
    send(&sandbox, &wrong).await;
    let mismatch = |row: &Value| row["proof"] == "v1-header" && row["refused"] == "mismatch";
    events.next(|event| has(event, "put", mismatch)).await;
    wrong.headers.retain(|(name, _)| name != "authorization");
    send(&sandbox, &wrong).await;
    let unsigned = |row: &Value| row["proof"] == "none" && row["refused"] == "unsigned";
    events.next(|event| has(event, "put", unsigned)).await;

    send(&sandbox, &ticket.put(&sandbox, "bytes")).await;
    let stored = |event: &Value| event["uploads"][0]["state"] == "stored";
    let stored = events.next(stored).await;
    assert_eq!(stored["objects"][0]["object_key"], ticket.key);
    assert_eq!(stored["objects"][0]["len"], 5);
    let url = send(&sandbox, &ticket.complete(&sandbox)).await.json();
    let url = url["public_signed_url"].as_str().unwrap().to_owned();
    events
        .next(|event| event["uploads"][0]["state"] == "published")
        .await;
    let key_checked = |row: &Value| row["proof"] == "api-key" && row["refused"].is_null();
    events
        .next(|event| has(event, "complete", key_checked))
        .await;

    let (_, signature) = url.split_once("Signature=").unwrap();
    let settings = sandbox.settings();
    let token = ticket.access.token.clone().unwrap();
    for secret in [
        &settings.api_key,
        &settings.oss_access_key_secret,
        &ticket.access.secret,
        &token,
        &signature.to_owned(),
        &"Signature".to_owned(),
        &"authorization".to_owned(),
        &target(&sandbox),
    ] {
        assert!(
            !events.text.contains(secret.as_str()),
            "{secret}: {}",
            events.text
        );
    }
    let sent = sandbox.journal().into_iter();
    let signatures = sent.filter_map(|arrival| arrival.header("authorization").map(str::to_owned));
    for value in signatures {
        let (_, secret) = value.rsplit_once([':', ' ']).unwrap();
        assert!(!events.text.contains(secret), "{secret}: {}", events.text);
    }
}

#[tokio::test]
async fn a_body_is_counted_while_it_comes_and_a_broken_one_is_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "clip.mp4", 1000).await;
    let request = ticket.put(&sandbox, vec![7; 1000]).bytes();
    let mut upload = TcpStream::connect(("127.0.0.1", port(&sandbox)))
        .await
        .unwrap();
    upload
        .write_all(&request[..request.len() - 400])
        .await
        .unwrap();
    let mut events = Events::open(&sandbox).await;
    let coming = |row: &Value| row["received"] == 600 && row["status"].is_null();
    let event = events.next(|event| has(event, "put", coming)).await;
    assert_eq!(event["uploads"][0]["received"], 600, "{event}");
    assert_eq!(event["uploads"][0]["state"], "receiving", "{event}");
    drop(upload);
    let cut = |row: &Value| row["status"] == 400 && row["milliseconds"].is_number();
    events.next(|event| has(event, "put", cut)).await;
}

#[tokio::test]
async fn a_picture_is_shown_and_a_document_that_may_hold_a_script_is_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = Access::long_lived(&sandbox);
    for (key, content_type) in [
        ("a/ü.png", "image/png"),
        ("b.html", "text/html"),
        ("c.svg", "image/svg+xml"),
    ] {
        let path = key.replace('ü', "%C3%BC");
        let put = Request::new("PUT", format!("/{path}"))
            .header("content-type", content_type)
            .body("0123456789");
        let put = access.sign(&sandbox, put, key);
        assert_eq!(send(&sandbox, &put).await.status, 200);
    }
    let object = |key: &str| get(&sandbox, format!("{}&object={key}", target(&sandbox)));
    let shown = send(&sandbox, &object("a%2F%C3%BC.png")).await;
    assert_eq!((shown.status, shown.text().as_str()), (200, "0123456789"));
    assert_eq!(shown.header("content-type"), "image/png");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(shown.header("content-security-policy").ends_with("sandbox"));
    let part = object("a%2F%C3%BC.png").header("range", "bytes=2-4");
    let part = send(&sandbox, &part).await;
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    for (key, status) in [("b.html", 415), ("c.svg", 415), ("d.png", 404)] {
        assert_eq!(send(&sandbox, &object(key)).await.status, status, "{key}");
    }
    let foreign = object("a%2F%C3%BC.png").header("sec-fetch-site", "cross-site");
    assert_eq!(send(&sandbox, &foreign).await.status, 403);

    let mut events = Events::open(&sandbox).await;
    let whole = events.next(|event| event["whole"] == true).await;
    let previews: Vec<_> = whole["objects"].as_array().unwrap().iter().collect();
    let preview = |key: &str| {
        let row = previews.iter().find(|row| row["object_key"] == key);
        row.unwrap()["preview"].clone()
    };
    assert_eq!(preview("a/ü.png"), "image");
    assert_eq!(preview("b.html"), Value::Null);
}

#[tokio::test]
async fn an_upload_in_parts_counts_its_parts_and_an_unknown_key_is_shown_too() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = Access::long_lived(&sandbox);
    let initiate = access.sign(
        &sandbox,
        Request::new("POST", "/k.bin?uploads").body(""),
        "k.bin?uploads",
    );
    let id = send(&sandbox, &initiate).await.element("UploadId");
    let query = format!("partNumber=1&uploadId={id}");
    let part = Request::new("PUT", format!("/k.bin?{query}")).body(vec![1; 500]);
    let part = access.sign(&sandbox, part, &format!("k.bin?{query}"));
    assert_eq!(send(&sandbox, &part).await.status, 200);
    let mut events = Events::open(&sandbox).await;
    let whole = events.next(|event| event["whole"] == true).await;
    assert_eq!(
        whole["uploads"],
        json!([{ "object_key": "k.bin", "file": null, "received": 500, "total": null, "state": "receiving" }])
    );
    let parts = |row: &Value| row["part"] == 1 && row["about"] == "k.bin";
    assert!(has(&whole, "part", parts), "{whole}");
    let refused = backend(
        &sandbox,
        "/sts/upload/complete",
        &json!({ "object_key": "none" }),
    );
    send(&sandbox, &refused).await;
    let about = |row: &Value| row["about"] == "none" && row["status"] == 404;
    events.next(|event| has(event, "complete", about)).await;
}
