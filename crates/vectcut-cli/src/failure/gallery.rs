//! Every failure of an upload, as people see it in each language.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use oss_client::{BucketName, Crc64, ErrorReply, ObjectKey, Operation};
use strict_http::{ServerText, TransportError};
use vectcut_api::{ApiError, Call, FieldFault, ProbeError, ServerWords};
use vectcut_upload::{FileKind, SourceAction, Step, UploadError};

use super::Failure;
use crate::diagnostics;
use crate::words::{Language, codes};

const PATH: &str = "clip.mp4";

/// Codes of failures that are no failed upload. Each is shown in the tests of the file that makes it.
const ELSEWHERE: [&str; 19] = [
    "disk_full",
    "file_protected",
    "outside_roots",
    "upload_unknown",
    "api_key_missing",
    "api_key_unusable",
    "api_key_unchecked",
    "api_key_file_unsafe",
    "api_key_file_unreadable",
    "api_key_not_saved",
    "usage",
    "setup",
    "command",
    "skill",
    // The names and tokens of a request were checked before it is signed.
    "request_unsignable",
    "url_unreachable",
    "url_content_differs",
    "budget_ended",
    "interrupted",
];

fn key() -> ObjectKey {
    ObjectKey::parse("uploads/7f3a/clip.mp4").expect("an object key")
}

fn text(words: &str) -> ServerText {
    ServerText::clean(words, 200, &[])
}

fn words(message: &str, link: Option<&str>) -> ServerWords {
    let mut words = ServerWords::default();
    words.message = Some(text(message));
    words.purchase_link = link.map(text);
    words
}

fn source(action: SourceAction, kind: io::ErrorKind) -> UploadError {
    UploadError::Source {
        path: PATH.into(),
        action,
        source: kind.into(),
    }
}

fn of_file() -> Vec<UploadError> {
    vec![
        source(SourceAction::Find, io::ErrorKind::NotFound),
        source(SourceAction::Open, io::ErrorKind::PermissionDenied),
        source(SourceAction::Read, io::ErrorKind::UnexpectedEof),
        UploadError::NotAFile {
            path: "footage".into(),
            kind: FileKind::Directory,
        },
        UploadError::NotAFile {
            path: "/dev/zero".into(),
            kind: FileKind::Device,
        },
        UploadError::NameNotUtf8 { path: PATH.into() },
        UploadError::ContentType {
            content_type: "video".into(),
        },
        UploadError::TooLarge {
            path: PATH.into(),
            len_bytes: 60 << 40,
            max_bytes: 48 << 40,
        },
        UploadError::Changed { path: PATH.into() },
        UploadError::NotUploaded {
            path: PATH.into(),
            is_changed: true,
        },
        UploadError::Runtime {
            source: io::Error::other("a thread stopped"),
        },
    ]
}

fn of_backend() -> Vec<UploadError> {
    let call = Call::InitUpload;
    let shop = Some("https://www.vectcut.com");
    let errors = [
        ApiError::Transport {
            call,
            source: TransportError::timeout("open.vectcut.com"),
        },
        ApiError::KeyRefused {
            call,
            status: 401,
            words: words("invalid key", None),
        },
        // The membership ended, or the quota is used up.
        ApiError::Status {
            call,
            status: 403,
            words: words("no permission", shop),
            retry_after: None,
        },
        ApiError::Status {
            call,
            status: 402,
            words: words("the membership has expired", shop),
            retry_after: None,
        },
        ApiError::Status {
            call,
            status: 400,
            words: words("token expired", None),
            retry_after: None,
        },
        ApiError::Status {
            call,
            status: 302,
            words: ServerWords::default(),
            retry_after: None,
        },
        ApiError::Status {
            call,
            status: 503,
            words: ServerWords::default(),
            retry_after: None,
        },
        ApiError::NotJson {
            call,
            status: 200,
            content_type: text("text/html"),
        },
        ApiError::Declined {
            call,
            status: 200,
            words: words("the quota is used up", shop),
        },
        ApiError::MissingField {
            call,
            status: 200,
            field: "object_key",
        },
        ApiError::InvalidField {
            call,
            status: 200,
            field: "public_signed_url",
            fault: FieldFault::Loopback,
        },
    ];
    let at_init = errors.into_iter().map(|source| UploadError::Api {
        step: Step::Init,
        object_key: None,
        source,
    });
    let at_complete = UploadError::Api {
        step: Step::Complete,
        object_key: Some(key()),
        source: ApiError::Status {
            call: Call::CompleteUpload,
            status: 404,
            words: ServerWords::default(),
            retry_after: None,
        },
    };
    at_init.chain([at_complete]).collect()
}

fn refused(status: u16, code: Option<&str>) -> UploadError {
    let mut reply = ErrorReply::default();
    reply.status = status;
    reply.code = code.map(text);
    reply.request_id = code.map(|_| text("5F3CA1"));
    UploadError::Refused {
        object_key: key(),
        reply: Box::new(reply),
    }
}

fn of_oss() -> Vec<UploadError> {
    let send = |source| UploadError::Send {
        object_key: key(),
        source,
    };
    let operation = Operation::PutObject;
    vec![
        UploadError::Ticket {
            source: BucketName::parse("No Bucket").expect_err("a space"),
        },
        UploadError::RegionUnknown,
        UploadError::CredentialsTooShort { object_key: key() },
        UploadError::NeverFinished { starts: 4 },
        send(oss_client::Error::Transport {
            operation,
            source: TransportError::timeout("b.oss-cn-hangzhou.aliyuncs.com"),
        }),
        send(oss_client::Error::BadReply {
            operation,
            missing: "ETag",
        }),
        refused(403, Some("AccessDenied")),
        refused(403, Some("SecurityTokenExpired")),
        refused(403, Some("RequestTimeTooSkewed")),
        refused(403, Some("SignatureDoesNotMatch")),
        refused(403, Some("PublicEndpointForbidden")),
        refused(500, Some("InternalError")),
        refused(407, None),
    ]
}

fn of_the_end() -> Vec<UploadError> {
    vec![
        UploadError::Corrupted {
            object_key: key(),
            sent: Crc64::new(1),
            stored: Crc64::new(2),
        },
        UploadError::Unverified { object_key: key() },
        UploadError::Unproven {
            object_key: key(),
            source: Some(ProbeError::NotThere),
        },
        UploadError::UnknownObject {
            object_key: key(),
            source: None,
        },
        UploadError::UrlExpired { object_key: key() },
        UploadError::UrlWithoutKey,
        UploadError::Replaced { object_key: key() },
        UploadError::UrlTooShort {
            object_key: key(),
            left: Duration::from_secs(60),
            wanted: Duration::from_secs(7200),
        },
        UploadError::GaveUp {
            after: Duration::from_secs(120),
            attempts: 9,
            last: Box::new(refused(500, Some("InternalError"))),
        },
    ]
}

fn every_failure() -> Vec<Failure> {
    let errors = [of_file(), of_backend(), of_oss(), of_the_end()];
    let errors = errors.into_iter().flatten();
    errors
        .map(|error| Failure::of_upload(Path::new(PATH), &error, None))
        .collect()
}

#[test]
fn people_see_every_failure_in_their_language() {
    for (name, language) in [
        ("failures_in_english", Language::English),
        ("failures_in_chinese", Language::Chinese),
    ] {
        let shown: Vec<_> = every_failure()
            .iter()
            .map(|failure| diagnostics::render(failure, false, language))
            .collect();
        insta::assert_snapshot!(name, shown.join("\n"));
    }
}

#[test]
fn every_code_is_in_the_gallery() {
    let shown: BTreeSet<_> = every_failure().iter().map(|failure| failure.code).collect();
    let known: BTreeSet<_> = codes::all().map(|code| code.name).collect();
    let missing: Vec<_> = known
        .iter()
        .filter(|code| !shown.contains(*code) && !ELSEWHERE.contains(code))
        .collect();
    assert!(missing.is_empty(), "no failure with {missing:?}");
    assert!(
        shown.is_subset(&known),
        "no words for {:?}",
        shown.difference(&known)
    );
}

#[test]
fn the_table_of_codes_says_how_each_failure_ends() {
    for failure in every_failure() {
        let code = codes::find(failure.code).expect("every code has words");
        assert_eq!(code.exit_code, failure.exit_code, "{}", code.name);
        match code.retryable {
            codes::Retryable::Yes => assert!(failure.retryable, "{}", code.name),
            codes::Retryable::No => assert!(!failure.retryable, "{}", code.name),
            codes::Retryable::Usually => {}
        }
    }
}
