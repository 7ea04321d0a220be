//! Uploads that succeed: what is printed, what is sent, and what the server then has.

use std::time::Duration;

use serde_json::Value;
use vectcut_sandbox::{Fault, Policy, Step};

use crate::outcome::assert_outcome;
use crate::stage::Stage;
use crate::under_test;

const BYTES: &[u8] = b"the bytes of a small film";

#[test]
fn one_file_becomes_one_url() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_outcome!(outcome);
    assert_eq!(stored(&stage, &outcome.json()), BYTES);
}

#[test]
fn the_same_file_again_is_reused() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let first = stage.vectcut(["upload", "clip.mp4"]).run().json();
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let again = outcome.json();
    assert_eq!(
        [text(&first, "status"), text(&again, "status")],
        ["uploaded", "reused"]
    );
    for key in ["bucket_name", "object_key", "crc64", "content_type"] {
        assert_eq!(first[key], again[key], "{key}");
    }
    assert_eq!(
        (&again["file_size"], &again["attempts"]),
        (&first["file_size"], &0.into())
    );
    assert_eq!(stored(&stage, &again), BYTES);
}

#[test]
fn the_steps_are_init_put_complete() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(stage.steps(), [Step::Init, Step::PutObject, Step::Complete]);
}

#[test]
fn what_the_server_computed_is_what_is_printed() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let json = stage.vectcut(["upload", "clip.mp4"]).run().json();
    let object = stage
        .sandbox()
        .object(text(&json, "bucket_name"), text(&json, "object_key"))
        .expect("the object is there");
    assert_eq!(text(&json, "crc64"), object.crc64.to_string());
    assert_eq!(
        json["content_type"].as_str(),
        object.content_type.as_deref()
    );
    assert_eq!(json["file_size"], BYTES.len());
}

#[test]
fn an_empty_file_is_sent_with_length_zero() {
    let stage = Stage::new();
    stage.file("nothing.srt", b"");
    let outcome = stage.vectcut(["upload", "nothing.srt"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let put = stage.arrival(Step::PutObject);
    assert_eq!(put.header("content-length"), Some("0"));
    assert_eq!(put.header("transfer-encoding"), None);
    assert_eq!(text(&outcome.json(), "crc64"), "0");
}

#[test]
fn a_large_file_arrives_whole() {
    let stage = Stage::new();
    let bytes: Vec<u8> = (0..5_000_000_u32).flat_map(|n| n.to_le_bytes()).collect();
    stage.file("long.mov", &bytes);
    let outcome = stage.vectcut(["upload", "-q", "long.mov"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(
        stored(&stage, &outcome.json()) == bytes,
        "the stored bytes are the file's"
    );
}

#[test]
fn a_name_with_every_awkward_character_is_uploaded() {
    let stage = Stage::new();
    let name = match under_test::is_for_windows() {
        // Windows allows no `?` in a name.
        true => "春节 100%+#1 [a&b]=.mp4",
        false => "春节 100%+#1 [a&b]=?.mp4",
    };
    stage.file(name, BYTES);
    let outcome = stage.vectcut(["upload", name]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(stored(&stage, &outcome.json()), BYTES);
    assert_eq!(outcome.json()["local_file"], name);
}

#[test]
fn several_files_become_an_array_in_their_order() {
    let stage = two_files();
    assert_outcome!(
        stage
            .vectcut(["upload", "--jobs", "1", "b.png", "a.wav"])
            .run()
    );
}

#[test]
fn the_array_keeps_its_order_when_files_are_uploaded_in_parallel() {
    let slow_first = Fault::at(Step::PutObject).delays(Duration::from_millis(300));
    let stage = Stage::failing(slow_first);
    let names: Vec<String> = (0..6).map(|number| format!("{number}.png")).collect();
    for name in &names {
        stage.file(name, name);
    }
    let arguments = ["upload", "--jobs", "6"].map(str::to_owned);
    let outcome = stage.vectcut(arguments.iter().chain(&names)).run();
    let json = outcome.json();
    let results = json.as_array().expect("an array");
    let printed: Vec<&str> = results.iter().map(|one| text(one, "local_file")).collect();
    assert_eq!(printed, names);
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[test]
fn jsonl_is_one_object_per_line() {
    let stage = two_files();
    assert_outcome!(
        stage
            .vectcut([
                "upload", "--jobs", "1", "--format", "jsonl", "b.png", "a.wav"
            ])
            .run()
    );
}

#[test]
fn url_is_the_url_alone() {
    let stage = two_files();
    assert_outcome!(
        stage
            .vectcut(["upload", "--jobs", "1", "--format", "url", "b.png", "a.wav"])
            .run()
    );
}

#[test]
fn text_is_for_people() {
    let stage = two_files();
    assert_outcome!(
        stage
            .vectcut([
                "upload", "--jobs", "1", "--format", "text", "b.png", "a.wav"
            ])
            .run()
    );
}

#[test]
fn one_failure_among_several_leaves_the_others_alone() {
    let stage = two_files();
    assert_outcome!(
        stage
            .vectcut(["upload", "--jobs", "1", "b.png", "missing.mp4", "a.wav"])
            .run()
    );
}

#[test]
fn quiet_prints_only_data() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let outcome = stage.vectcut(["upload", "-q", "clip.mp4"]).run();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome}"
    );
}

#[test]
fn name_and_content_type_reach_the_servers() {
    let stage = Stage::new();
    stage.file("0001.bin", BYTES);
    let arguments = [
        "upload",
        "--name",
        "intro.webm",
        "--content-type",
        "video/x-custom",
        "0001.bin",
    ];
    let outcome = stage.vectcut(arguments).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let json = outcome.json();
    assert_eq!(json["local_file"], "0001.bin");
    assert_eq!(json["content_type"], "video/x-custom");
    assert!(text(&json, "object_key").ends_with("intro.webm"), "{json}");
    assert_eq!(
        stage.arrival(Step::PutObject).header("content-type"),
        Some("video/x-custom")
    );
}

#[test]
fn v4_is_used_when_it_is_asked_for() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let outcome = stage
        .vectcut([
            "upload",
            "--signature",
            "v4",
            "--oss-region",
            "cn-hangzhou",
            "clip.mp4",
        ])
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(signature_of(&stage.arrival(Step::PutObject)).starts_with("OSS4-HMAC-SHA256 "));
}

#[test]
fn v4_follows_when_oss_no_longer_accepts_v1() {
    let stage = Stage::with(|builder| builder.policy(Policy::default().refuse_v1()));
    stage.file("clip.mp4", BYTES);
    let outcome = stage
        .vectcut(["upload", "--oss-region", "cn-hangzhou", "clip.mp4"])
        .run();
    assert_outcome!(outcome);
    let puts: Vec<_> = stage
        .sandbox()
        .journal()
        .into_iter()
        .filter(|arrival| arrival.step == Step::PutObject)
        .collect();
    let schemes: Vec<&str> = puts
        .iter()
        .map(|put| signature_of(put).split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(schemes, ["OSS", "OSS4-HMAC-SHA256"]);
}

#[test]
fn an_authority_of_its_own_is_trusted_when_it_is_named() {
    let stage = Stage::with(|builder| builder.tls(true));
    stage.file("clip.mp4", BYTES);
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(text(&outcome.json(), "base_url").starts_with("https://127.0.0.1:"));
}

/// Other systems have no variable for it.
#[cfg(target_os = "linux")]
#[test]
fn an_authority_that_the_system_trusts_need_not_be_named() {
    let stage = Stage::with(|builder| builder.tls(true));
    stage.file("clip.mp4", BYTES);
    let settings = stage.sandbox().settings().environment();
    let setting = |wanted| settings.iter().find(|(name, _)| *name == wanted);
    let (_, authority) = setting("VECTCUT_CA_CERT").expect("it has one");
    let (_, base_url) = setting("VECTCUT_BASE_URL").expect("it has one");
    let run = stage.vectcut(["upload", "clip.mp4"]);
    let outcome = run
        .without("VECTCUT_CA_CERT")
        .env("SSL_CERT_FILE", authority)
        // Wine finds no address in a certificate.
        .env(
            "VECTCUT_BASE_URL",
            base_url.replace("127.0.0.1", "localhost"),
        )
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    stage.assert_stored(&outcome.json());
}

#[test]
fn an_address_as_endpoint_means_path_style() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let endpoint = stage.sandbox().settings().oss_sdk_endpoint.clone();
    let outcome = stage
        .vectcut(["upload", "--oss-endpoint", &endpoint, "clip.mp4"])
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let bucket = text(&outcome.json(), "bucket_name").to_owned();
    assert!(
        stage
            .arrival(Step::PutObject)
            .path
            .starts_with(&format!("/{bucket}/"))
    );
}

#[test]
fn a_custom_domain_as_endpoint_does_not_name_the_bucket() {
    let stage = Stage::with(|builder| builder.tls(true));
    stage.file("clip.mp4", BYTES);
    let domain = stage.sandbox().settings().oss_custom_domain.clone();
    let server = ["--oss-addressing=cname", "--oss-endpoint", &domain];
    for signature in ["v1", "v4"] {
        let arguments = ["upload", "--again", "clip.mp4", "--signature", signature];
        let outcome = stage.vectcut(arguments.into_iter().chain(server)).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        let result = outcome.json();
        stage.assert_stored(&result);
        let arrivals = stage.sandbox().journal();
        let put = arrivals
            .iter()
            .rfind(|arrival| arrival.step == Step::PutObject);
        let put = put.expect("a PUT");
        assert_eq!(format!("https://{}", put.host), domain);
        assert_eq!(put.path, format!("/{}", text(&result, "object_key")));
    }
}

#[test]
fn a_slow_server_is_waited_for() {
    let stage = Stage::failing(Fault::at(Step::PutObject).delays(Duration::from_millis(300)));
    stage.file("clip.mp4", BYTES);
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[test]
fn with_the_sandbox_flag_no_setting_is_needed() {
    let stage = Stage::new();
    stage.file("clip.mp4", BYTES);
    let run = stage.bare(["upload", "--sandbox", "clip.mp4"]);
    assert_outcome!(run.run());
}

#[test]
fn the_file_is_only_read() {
    let stage = Stage::new();
    let path = stage.file("clip.mp4", BYTES);
    let modified = |path| {
        std::fs::metadata(path)
            .and_then(|metadata| metadata.modified())
            .expect("a time")
    };
    let before = modified(&path);
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(modified(&path), before);
    assert_eq!(std::fs::read(&path).expect("it is still there"), BYTES);
}

fn two_files() -> Stage {
    let stage = Stage::new();
    stage.file("a.wav", b"a sound");
    stage.file("b.png", b"a picture");
    stage
}

/// The bytes that the sandbox stored for a printed result.
fn stored(stage: &Stage, result: &Value) -> Vec<u8> {
    let object = stage
        .sandbox()
        .object(text(result, "bucket_name"), text(result, "object_key"));
    std::fs::read(object.expect("the object is there").path).expect("it can be read")
}

fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json[key]
        .as_str()
        .unwrap_or_else(|| panic!("`{key}` is no text in {json}"))
}

fn signature_of(arrival: &vectcut_sandbox::Arrival) -> &str {
    arrival.header("authorization").expect("it is signed")
}
