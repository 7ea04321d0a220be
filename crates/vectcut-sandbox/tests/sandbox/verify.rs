//! The verifier alone, against signatures that the vendor published.

use std::time::{Duration, SystemTime};

use vectcut_sandbox::verify::{self, Addressing, Key, Keys, Place, Refusal, Version, Wire};

/// A published example: what is signed, by whom, when, and how the outcome travels.
struct Example {
    method: &'static str,
    bucket: &'static str,
    target: String,
    headers: Vec<(&'static str, &'static str)>,
    access: (&'static str, Key),
    second: u64,
}

impl Example {
    fn check(&self) -> Result<(Version, Place), Refusal> {
        let wire = Wire {
            method: self.method.to_owned(),
            host: "not-signed.example".to_owned(),
            target: self.target.clone(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let mut keys = Keys::default();
        keys.add(self.access.0, self.access.1.clone());
        let addressing = Addressing::VirtualHost {
            bucket: self.bucket.to_owned(),
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.second);
        verify::check(&wire, &addressing, &keys, now)
            .map(|identity| (identity.version, identity.place))
    }
}

/// `aliyun/alibabacloud-oss-go-sdk-v2`, `oss/signer/signer_test.go`, `TestV1AuthHeader`, case 1;
/// pinned as well in the vendor's SDKs for Python and PHP.
fn v1_header() -> Example {
    Example {
        method: "PUT",
        bucket: "examplebucket",
        target: "/nelson".to_owned(),
        headers: vec![
            ("Content-MD5", "eB5eJF1ptWaXm4bijSPyxw=="),
            ("Content-Type", "text/html"),
            ("x-oss-meta-author", "alice"),
            ("x-oss-meta-magic", "abracadabra"),
            ("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT"),
            ("Authorization", "OSS ak:kSHKmLxlyEAKtZPkJhG9bZb5k7M="),
        ],
        access: ("ak", Key::long_lived("sk")),
        second: 1_672_223_261,
    }
}

/// The same suite, `TestV1AuthQuery`, case 2: with a security token and a key that holds a plus.
fn v1_url() -> Example {
    Example {
        method: "GET",
        bucket: "bucket",
        target: "/key%2B123?versionId=versionId&security-token=token&OSSAccessKeyId=ak&Expires=1699808204\
                 &Signature=jzKYRrM5y6Br0dRFPaTGOsbrDhY%3D"
            .to_owned(),
        headers: vec![],
        access: ("ak", Key::temporary("sk", "token", None)),
        second: 1_699_807_604,
    }
}

/// The same suite, `TestV4AuthHeaderWithAdditionalHeaders`.
fn v4_header() -> Example {
    Example {
        method: "PUT",
        bucket: "bucket",
        target: "/1234%2B-/123/1.txt?%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2".to_owned(),
        headers: vec![
            ("x-oss-head1", "value"),
            ("abc", "value"),
            ("ZAbc", "value"),
            ("XYZ", "value"),
            ("content-type", "text/plain"),
            ("x-oss-date", "20231216T172512Z"),
            ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            (
                "Authorization",
                "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request, AdditionalHeaders=ZAbc;abc, \
                 Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
            ),
        ],
        access: ("ak", Key::long_lived("sk")),
        second: 1_702_747_512,
    }
}

/// The vendor's page on V4 headers, which prints the derived key and withholds the secret.
fn v4_page() -> Example {
    let signing_key = [
        0x35, 0x43, 0xb7, 0x68, 0x6e, 0x65, 0xed, 0xa7, 0x1e, 0x5e, 0x5c, 0xa1, 0x9d, 0x54, 0x8d,
        0x78, 0x42, 0x3c, 0x37, 0xe8, 0xdd, 0xba, 0x4d, 0xc9, 0xd8, 0x3f, 0x90, 0x22, 0x8b, 0x45,
        0x7c, 0x76,
    ];
    Example {
        method: "PUT",
        bucket: "examplebucket",
        target: "/exampleobject".to_owned(),
        headers: vec![
            ("Content-Disposition", "attachment"),
            ("Content-Length", "3"),
            ("Content-MD5", "ICy5YqxZB1uWSwcVLSNLcA=="),
            ("Content-Type", "text/plain"),
            ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-oss-date", "20250411T064124Z"),
            (
                "Authorization",
                "OSS4-HMAC-SHA256 Credential=LTAI****************/20250411/cn-hangzhou/oss/aliyun_v4_request,\
                 AdditionalHeaders=content-disposition;content-length,\
                 Signature=053edbf550ebd239b32a9cdfd93b0b2b3f2d223083aa61f75e9ac16856d61f23",
            ),
        ],
        access: ("LTAI****************", Key::derived_v4(signing_key)),
        second: 1_744_353_684,
    }
}

#[test]
fn the_published_examples_verify() {
    assert_eq!(v1_header().check(), Ok((Version::V1, Place::Header)));
    assert_eq!(v1_url().check(), Ok((Version::V1, Place::Url)));
    assert_eq!(v4_header().check(), Ok((Version::V4, Place::Header)));
    assert_eq!(v4_page().check(), Ok((Version::V4, Place::Header)));
}

#[test]
fn whatever_is_signed_cannot_be_changed() {
    let refused = |example: Example| matches!(example.check(), Err(Refusal::Mismatch(_)));
    for example in [v1_header, v1_url, v4_header, v4_page] {
        assert!(refused(Example {
            method: "POST",
            ..example()
        }));
        assert!(refused(Example {
            bucket: "another",
            ..example()
        }));
        assert!(refused(Example {
            target: example().target.replacen('/', "/x", 1),
            ..example()
        }));
    }
    for at in 0..5 {
        let mut example = v1_header();
        // The date is changed by a second, the rest by a letter.
        let changed = if at == 4 {
            "Wed, 28 Dec 2022 10:27:42 GMT"
        } else {
            "other"
        };
        example.headers[at].1 = changed;
        assert!(refused(example), "header {at} of V1");
    }
    for at in [0, 1, 2, 4] {
        let mut example = v4_header();
        example.headers[at].1 = "other";
        assert!(refused(example), "header {at} of V4");
    }
}

#[test]
fn what_is_not_signed_can_be_changed() {
    let mut v1 = v1_header();
    v1.headers.push(("cache-control", "no-cache"));
    v1.target.push_str("?prefix=a");
    assert!(v1.check().is_ok());
    let mut v4 = v4_header();
    v4.headers[3].1 = "other";
    assert!(v4.check().is_ok());
}

#[test]
fn the_time_limits_hold_to_the_second() {
    let at = |example: fn() -> Example, second: u64| {
        Example {
            second,
            ..example()
        }
        .check()
    };
    let limit = 15 * 60;
    for example in [v1_header as fn() -> Example, v4_header] {
        let signed = example().second;
        assert!(at(example, signed + limit).is_ok() && at(example, signed - limit).is_ok());
        assert!(matches!(
            at(example, signed + limit + 1),
            Err(Refusal::TooSkewed { .. })
        ));
        assert!(matches!(
            at(example, signed - limit - 1),
            Err(Refusal::TooSkewed { .. })
        ));
    }
    assert!(at(v1_url, 1_699_808_204).is_ok());
    assert!(matches!(
        at(v1_url, 1_699_808_205),
        Err(Refusal::UrlExpired { .. })
    ));
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let with = |headers: Vec<(&'static str, &'static str)>| {
        Example {
            headers,
            ..v1_header()
        }
        .check()
        .unwrap_err()
    };
    assert_eq!(with(vec![]), Refusal::Unsigned);
    assert!(matches!(
        with(vec![("authorization", "Bearer x")]),
        Refusal::Malformed { .. }
    ));
    assert!(matches!(
        with(vec![("authorization", "OSS ak")]),
        Refusal::Malformed { .. }
    ));
    assert_eq!(
        with(vec![("authorization", "OSS ak:s")]),
        Refusal::UnreadableDate
    );
    assert_eq!(
        with(vec![
            ("authorization", "OSS ak:s"),
            ("date", "2022-12-28T10:27:41Z")
        ]),
        Refusal::UnreadableDate
    );
    assert!(matches!(
        with(vec![(
            "authorization",
            "OSS4-HMAC-SHA256 Credential=ak/20221228/cn-hangzhou/s3/x,Signature=s"
        )]),
        Refusal::Malformed { .. }
    ));
    let url = |target: &str| {
        Example {
            target: target.to_owned(),
            ..v1_url()
        }
        .check()
        .unwrap_err()
    };
    assert_eq!(
        url("/k?OSSAccessKeyId=ak&Signature=s"),
        Refusal::ParameterMissing { name: "Expires" }
    );
    assert_eq!(
        url("/k?x-oss-signature-version=OSS4-HMAC-SHA256"),
        Refusal::ParameterMissing {
            name: "x-oss-credential"
        }
    );
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let target = "/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=ak/99991230/r/oss/aliyun_v4_request\
                  &x-oss-date=99991230T215959Z&x-oss-expires=604800&x-oss-signature=s";
    let outcome = Example {
        target: target.to_owned(),
        ..v1_url()
    }
    .check();
    assert!(
        matches!(outcome, Err(Refusal::UrlExpired { .. })),
        "{outcome:?}"
    );
}

#[test]
fn a_refusal_never_shows_the_token_or_what_was_signed() {
    let mut example = v1_header();
    example.access.1 = Key::temporary("sk", "the-token", None);
    example.headers.push(("x-oss-security-token", "the-token"));
    let Err(refusal @ Refusal::Mismatch(_)) = example.check() else {
        panic!("the token is signed too")
    };
    let shown = format!("{refusal} {refusal:?}");
    assert!(
        !shown.contains("the-token") && !shown.contains("nelson"),
        "{shown}"
    );
}
