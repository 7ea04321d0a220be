//! Who is let in: signatures, tokens, clocks, rights, names of hosts.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use vectcut_sandbox::{Policy, Sandbox};

use crate::client::{Access, Request, init, port, send};

fn error(status: u16, code: &str, ec: &str) -> (u16, String, String) {
    (status, code.to_owned(), ec.to_owned())
}

#[tokio::test]
async fn an_unsigned_request_is_denied() {
    let sandbox = Sandbox::start().await.unwrap();
    let host = format!(
        "{}.oss.localhost:{}",
        sandbox.settings().oss_bucket,
        port(&sandbox)
    );
    let response = send(
        &sandbox,
        &Request::new("PUT", "/k").header("host", host).body("x"),
    )
    .await;
    assert_eq!(
        response.oss_error(),
        error(403, "AccessDenied", "0003-00000001")
    );
    assert_eq!(response.header("x-oss-ec"), "0003-00000001");
    assert_eq!(
        response.header("x-oss-request-id"),
        response.element("RequestId")
    );
}

#[tokio::test]
async fn a_signature_in_header_and_url_is_one_too_many() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let mut request = ticket.put(&sandbox, "x");
    request
        .target
        .push_str("?OSSAccessKeyId=a&Expires=1&Signature=b");
    assert_eq!(
        send(&sandbox, &request).await.oss_error(),
        error(400, "InvalidArgument", "")
    );
}

#[tokio::test]
async fn a_wrong_signature_is_told_what_would_have_been_right() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut ticket = init(&sandbox, "a.mp4", 1).await;
    ticket.access.secret.push('x');
    let response = send(&sandbox, &ticket.put(&sandbox, "x")).await;
    assert_eq!(
        response.oss_error(),
        error(403, "SignatureDoesNotMatch", "0002-00000040")
    );
    let token = ticket.access.token.unwrap();
    assert!(
        response.element("StringToSign").contains(&token),
        "the real one repeats the token too"
    );
    assert!(
        response
            .element("StringToSignBytes")
            .starts_with("50 55 54 0A")
    );
}

#[tokio::test]
async fn the_clock_may_be_off_by_a_quarter_of_an_hour() {
    let sandbox = Sandbox::builder().clock_offset(3600).start().await.unwrap();
    let access = Access::long_lived(&sandbox);
    let put = async |seconds| {
        let time = Timestamp::now() + SignedDuration::from_secs(seconds);
        send(
            &sandbox,
            &access.sign_at(&sandbox, Request::new("PUT", "/k").body("x"), "k", time),
        )
        .await
    };
    let response = put(0).await;
    assert_eq!(
        response.oss_error(),
        error(403, "RequestTimeTooSkewed", "0002-00000504")
    );
    let server_time: Timestamp = response.element("ServerTime").parse().unwrap();
    let ahead = server_time.as_second() - Timestamp::now().as_second();
    assert!(
        (3590..=3601).contains(&ahead),
        "ServerTime is {ahead} seconds ahead"
    );
    assert_eq!(
        response.header("date"),
        server_time
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    );
    assert_eq!(put(3600 - 890).await.status, 200);
    assert_eq!(put(3600 + 890).await.status, 200);
    assert_eq!(put(3600 + 910).await.status, 403);
}

#[tokio::test]
async fn a_server_at_either_end_of_time_still_answers() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    send(&sandbox, &ticket.put(&sandbox, "x")).await;
    for seconds in [i64::MIN, i64::MAX] {
        sandbox.set_clock_offset(seconds);
        assert_eq!(
            send(&sandbox, &ticket.put(&sandbox, "x"))
                .await
                .element("Code"),
            "RequestTimeTooSkewed"
        );
        assert_eq!(send(&sandbox, &ticket.complete(&sandbox)).await.status, 200);
        init(&sandbox, "a.mp4", 1).await;
    }
}

#[tokio::test]
async fn credentials_end() {
    let sandbox = Sandbox::builder()
        .credentials_lifetime(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let response = send(&sandbox, &ticket.put(&sandbox, "x")).await;
    assert_eq!(
        response.oss_error(),
        error(403, "SecurityTokenExpired", "0002-00000007")
    );
    assert_eq!(
        response.element("SecurityToken"),
        ticket.access.token.unwrap()
    );
}

#[tokio::test]
async fn credentials_of_different_sets_do_not_mix() {
    let sandbox = Sandbox::start().await.unwrap();
    let (one, two) = (
        init(&sandbox, "a.mp4", 1).await,
        init(&sandbox, "a.mp4", 1).await,
    );
    let put = async |access: &Access| {
        send(
            &sandbox,
            &access.sign(
                &sandbox,
                Request::new("PUT", format!("/{}", one.key)).body("x"),
                &one.key,
            ),
        )
        .await
        .element("Code")
    };
    let with_token = |token: Option<&str>| Access {
        token: token.map(str::to_owned),
        ..one.access.clone()
    };
    assert_eq!(put(&with_token(None)).await, "InvalidAccessKeyId");
    assert_eq!(
        put(&with_token(Some("nonsense"))).await,
        "InvalidSecurityToken"
    );
    assert_eq!(
        put(&with_token(two.access.token.as_deref())).await,
        "AccessKeyIdAndSecurityTokenNotMatch"
    );
    assert_eq!(
        put(&Access {
            token: Some("x".into()),
            ..Access::long_lived(&sandbox)
        })
        .await,
        "SecurityTokenNotSupported"
    );
    assert_eq!(
        put(&Access {
            id: "STS.nobody".into(),
            ..one.access.clone()
        })
        .await,
        "InvalidAccessKeyId"
    );
    assert_eq!(put(&one.access).await, "");
}

#[tokio::test]
async fn temporary_credentials_put_under_their_own_key_and_nothing_else() {
    let sandbox = Sandbox::start().await.unwrap();
    let (one, two) = (
        init(&sandbox, "a.mp4", 1).await,
        init(&sandbox, "a.mp4", 1).await,
    );
    let denied = error(403, "AccessDenied", "0003-00000001");
    let other_key = one.access.sign(
        &sandbox,
        Request::new("PUT", format!("/{}", two.key)).body("x"),
        &two.key,
    );
    assert_eq!(send(&sandbox, &other_key).await.oss_error(), denied);
    assert_eq!(send(&sandbox, &one.put(&sandbox, "x")).await.status, 200);
    for method in ["GET", "DELETE"] {
        let request = one.sign(&sandbox, Request::new(method, format!("/{}", one.key)));
        assert_eq!(
            send(&sandbox, &request).await.oss_error(),
            denied,
            "{method}"
        );
    }
    let head = one.sign(&sandbox, Request::new("HEAD", format!("/{}", one.key)));
    assert_eq!(send(&sandbox, &head).await.status, 403);
}

#[tokio::test]
async fn v1_can_be_refused_and_links_are_then_signed_with_v4() {
    let sandbox = Sandbox::builder()
        .policy(Policy::default().refuse_v1())
        .start()
        .await
        .unwrap();
    let ticket = init(&sandbox, "a b.mp4", 1).await;
    assert_eq!(
        send(&sandbox, &ticket.put(&sandbox, "x")).await.oss_error(),
        error(403, "AccessDenied", "0002-00000080")
    );

    sandbox.set_policy(Policy::default());
    send(&sandbox, &ticket.put(&sandbox, "x")).await;
    sandbox.set_policy(Policy::default().refuse_v1());
    let url = send(&sandbox, &ticket.complete(&sandbox)).await.json()["public_signed_url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        url.contains("x-oss-signature-version=OSS4-HMAC-SHA256"),
        "{url}"
    );
    let (host, target) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let get = |target: String| Request::new("GET", format!("/{target}")).header("host", host);
    assert_eq!(send(&sandbox, &get(target.to_owned())).await.text(), "x");
    let tampered = send(&sandbox, &get(format!("{target}&response-content-type=a"))).await;
    assert_eq!(
        tampered.oss_error(),
        error(403, "SignatureDoesNotMatch", "0002-00000201")
    );
    sandbox.set_clock_offset(86_400 + 60);
    let late = send(&sandbox, &get(target.to_owned())).await;
    assert_eq!(
        (late.status, late.element("Message").as_str()),
        (403, "Request has expired.")
    );
}

#[tokio::test]
async fn buckets_that_are_none_or_not_there_are_told_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = Access::long_lived(&sandbox);
    let to = async |host: &str| {
        let mut request = access.sign(&sandbox, Request::new("PUT", "/k").body("x"), "k");
        let at = request
            .headers
            .iter()
            .position(|(name, _)| name == "host")
            .unwrap();
        request.headers[at].1 = host.to_owned();
        send(&sandbox, &request).await.element("Code")
    };
    assert_eq!(to("a.b.oss.localhost").await, "InvalidBucketName");
    // The bucket is signed, so another one does not match.
    assert_eq!(
        to("other-bucket.oss.localhost").await,
        "SignatureDoesNotMatch"
    );
}

#[tokio::test]
async fn fixed_credentials_serve_every_ticket() {
    let sandbox = Sandbox::builder()
        .sts_credentials("STS.canary", "canary-secret", "canary-token")
        .api_key("canary-key")
        .start()
        .await
        .unwrap();
    assert_eq!(sandbox.settings().api_key, "canary-key");
    let (one, two) = (
        init(&sandbox, "a.mp4", 1).await,
        init(&sandbox, "b.mp4", 1).await,
    );
    assert_eq!(one.access.token.as_deref(), Some("canary-token"));
    assert_eq!(send(&sandbox, &one.put(&sandbox, "x")).await.status, 200);
    assert_eq!(send(&sandbox, &two.put(&sandbox, "x")).await.status, 200);
}
