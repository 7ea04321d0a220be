//! Object keys reach the wire byte for byte, or are refused before anything is sent.

use oss_client::ObjectKey;

use crate::bench::{Bench, key};

/// What a URL type is tempted to rewrite, and how each must arrive.
const KEYS: [(&str, &str); 12] = [
    ("plain.mp4", "/plain.mp4"),
    ("a//b", "/a//b"),
    ("folder/", "/folder/"),
    (".hidden", "/.hidden"),
    ("...three", "/...three"),
    ("a/..b/.c", "/a/..b/.c"),
    ("dir\\file", "/dir%5Cfile"),
    ("a b+c", "/a%20b%2Bc"),
    ("100%2F", "/100%252F"),
    ("剪辑.mp4", "/%E5%89%AA%E8%BE%91.mp4"),
    ("q?x=1#f&a", "/q%3Fx%3D1%23f%26a"),
    ("%2e%2e/x", "/%252e%252e/x"),
];

#[tokio::test]
async fn every_accepted_key_arrives_byte_for_byte() {
    let bench = Bench::new().await;
    for (text, path) in KEYS {
        bench
            .put(&key(text), b"bytes")
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let journal = bench.sandbox.journal();
        assert_eq!(journal.last().unwrap().path, path);
        assert!(
            bench.sandbox.object(bench.bucket.as_str(), text).is_some(),
            "{text}"
        );
    }
}

#[test]
fn keys_that_a_url_would_rewrite_are_refused_with_the_rule() {
    for text in ["a/./b", "a/../b", "..", "./a"] {
        let error = ObjectKey::parse(text).expect_err(text).to_string();
        assert!(error.contains("which a URL does not keep"), "{error}");
    }
}
