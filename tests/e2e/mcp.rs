//! `vectcut mcp` as a process: every revision of the protocol, tasks, the ends of a server, and what it never reads or
//! shows. `tests/peers/mcp_client.py` does the same with a client that nobody here wrote.

mod client;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vectcut_sandbox::{Fault, Step};

use crate::stage::{Stage, noise};
use crate::under_test;
use client::{Client, Revision};

/// Slow enough for a call to return before the upload has ended: about four seconds.
const SLOW: [&str; 4] = [
    "--max-call=1s",
    "--limit-rate=300k",
    "--part-size=128k",
    "--streams=1",
];
const SLOW_LEN: usize = 1_200_000;
/// No part of these tests takes as long.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn every_revision_lists_the_same_tools_and_uploads() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(3000));
    let mut lists = Vec::new();
    for revision in Revision::ALL {
        let mut client = Client::start(&stage, revision, &[]);
        let tools = client.request("tools/list", json!({}))["result"]["tools"].clone();
        let names: Vec<_> = tools
            .as_array()
            .into_iter()
            .flatten()
            .map(|tool| &tool["name"])
            .collect();
        assert_eq!(
            names,
            ["upload_files", "upload_status", "cancel_upload", "get_url"]
        );
        lists.push(tools);
        let (report, is_error) = client.call("upload_files", json!({ "paths": ["clip.mp4"] }));
        assert!(!is_error, "{report}");
        assert_eq!(
            (&report["status"], &report["exit_code"]),
            (&json!("done"), &json!(0))
        );
        stage.assert_stored(&report["files"][0]);
        let (link, is_error) = client.call("get_url", json!({ "path": "clip.mp4" }));
        assert!(!is_error, "{link}");
        assert_eq!(link["object_key"], report["files"][0]["object_key"]);
        let resources = client.request("resources/list", json!({}))["result"]["resources"].clone();
        assert_eq!(
            resources[0]["uri"], "skill://sts-upload/SKILL.md",
            "{resources}"
        );
        let read = client.request("resources/read", json!({ "uri": resources[0]["uri"] }));
        let text = read["result"]["contents"][0]["text"].as_str();
        assert!(
            text.is_some_and(|text| text.contains("vectcut upload")),
            "{read}"
        );
        let skills = client.request("skills/list", json!({}));
        assert_eq!(
            skills["result"]["skills"][0]["frontmatter"]["name"], "sts-upload",
            "{skills}"
        );
        assert_eq!(client.end(), Some(0));
    }
    assert!(
        lists.windows(2).all(|pair| pair[0] == pair[1]),
        "one order and one text"
    );
}

#[test]
fn the_result_says_what_the_headers_of_a_file_tell() {
    let stage = Stage::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("media");
    let picture = std::fs::read(folder.join("picture.png")).expect("a picture");
    stage.file("picture.png", picture);
    stage.file("noise.bin", noise(300));
    let mut client = Client::start(&stage, Revision::ALL[0], &[]);
    let paths = json!({ "paths": ["noise.bin", "missing.mp4", "picture.png"] });
    let (report, _) = client.call("upload_files", paths);
    assert_eq!(report["files"][2]["media"]["kind"], "image", "{report}");
    assert!(report["files"][0].get("media").is_none(), "{report}");
    let error = &report["files"][1]["error"];
    assert_eq!(error["code"], "file_missing", "{report}");
    assert_eq!(error["hint"], "check the path", "{report}");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_client_that_knows_tasks_gets_one_and_can_cancel_it() {
    let stage = hanging_once();
    let mut client = Client::start(&stage, Revision::WithTasks, &SLOW);
    let arguments = json!({ "name": "upload_files", "arguments": { "paths": ["slow.mp4"] } });
    let task = client.request("tools/call", arguments.clone())["result"].clone();
    assert_eq!(
        (&task["resultType"], &task["status"]),
        (&json!("task"), &json!("working")),
        "{task}"
    );
    let id = task["taskId"].clone();
    wait_until_it_hangs(&stage);
    client.request("tasks/cancel", json!({ "taskId": id }));
    let cancelled = client.request("tasks/get", json!({ "taskId": id }));
    assert_eq!(cancelled["result"]["status"], "cancelled", "{cancelled}");

    let again = client.request("tools/call", arguments)["result"].clone();
    assert_eq!(again["taskId"], id, "the same files are the same task");
    let begun = Instant::now();
    let done = loop {
        let task = client.request("tasks/get", json!({ "taskId": id }))["result"].clone();
        if task["status"] != "working" {
            break task;
        }
        assert!(begun.elapsed() < PATIENCE, "{task}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(done["status"], "completed", "{done}");
    let report = &done["result"]["structuredContent"];
    assert_eq!(report["files"][0]["status"], "resumed", "{report}");
    stage.assert_stored(&report["files"][0]);
    let unknown = client.request("tasks/get", json!({ "taskId": "up_0" }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    client.end();
}

#[test]
fn a_call_reports_progress_at_once_and_its_end_is_the_same_for_two_calls() {
    let stage = Stage::new();
    stage.file("slow.mp4", noise(SLOW_LEN));
    let mut client = Client::start(&stage, Revision::Current, &SLOW);
    let arguments = json!({
        "name": "upload_files",
        "arguments": { "paths": ["slow.mp4"] },
        "_meta": { "progressToken": "token" }
    });
    let first = client.request("tools/call", arguments)["result"]["structuredContent"].clone();
    assert_eq!(first["status"], "running", "{first}");
    let notes = client.notifications("notifications/progress");
    assert!(!notes.is_empty(), "no progress");
    assert_eq!(notes[0]["params"]["progressToken"], "token");
    assert_eq!(notes[0]["params"]["total"], json!(SLOW_LEN as f64));
    // The second call joins the upload of the first.
    let (second, _) = client.call("upload_files", json!({ "paths": ["slow.mp4"] }));
    assert_eq!(second["id"], first["id"]);
    let report = client.wait(&first["id"]);
    assert_eq!(report["files"][0]["status"], "uploaded", "{report}");
    let puts = stage
        .steps()
        .iter()
        .filter(|step| step.to_string() == "initiate")
        .count();
    assert!(puts <= 1, "{:?}", stage.steps());
    client.end();
}

#[test]
fn the_next_server_resumes_what_the_end_of_the_input_or_a_signal_stopped() {
    for signal in [None, Some("TERM")] {
        let stage = hanging_once();
        let mut client = Client::start(&stage, Revision::Current, &SLOW);
        let (report, _) = client.call("upload_files", json!({ "paths": ["slow.mp4"] }));
        assert_eq!(report["status"], "running", "{report}");
        wait_until_it_hangs(&stage);
        let begun = Instant::now();
        let code = match signal {
            None => client.end(),
            Some(signal) => client.end_by(signal),
        };
        assert_eq!(code, Some(if signal.is_none() { 0 } else { 130 }));
        assert!(begun.elapsed() < Duration::from_secs(3), "it ends at once");
        let mut next = Client::start(&stage, Revision::Y2025, &SLOW);
        let report = next.wait(&report["id"]);
        assert_eq!(report["files"][0]["status"], "resumed", "{report}");
        stage.assert_stored(&report["files"][0]);
        next.end();
    }
}

/// A stage where the upload of `slow.mp4` gets no further than two parts, and the next upload of it gets to its end.
fn hanging_once() -> Stage {
    let hanging = Fault::at(Step::UploadPart).delays(2 * PATIENCE).skipping(2);
    let stage = Stage::failing(hanging);
    stage.file("slow.mp4", noise(SLOW_LEN));
    stage
}

/// With one stream, the third part is sent once OSS has acknowledged the two before it.
fn wait_until_it_hangs(stage: &Stage) {
    let hangs = stage.wait(PATIENCE, |journal| {
        let parts = journal
            .iter()
            .filter(|arrival| arrival.step == Step::UploadPart);
        parts.count() == 3
    });
    assert!(hangs, "three parts never arrive");
}

#[test]
fn a_call_in_flight_is_answered_when_the_input_ends() {
    let stage = Stage::new();
    stage.file("slow.mp4", noise(SLOW_LEN));
    let arguments = ["--limit-rate=300k", "--part-size=128k", "--streams=1"];
    let mut client = Client::start(&stage, Revision::Current, &arguments);
    let call = json!({ "name": "upload_files", "arguments": { "paths": ["slow.mp4"] } });
    let id = client.send("tools/call", call);
    let arrived = stage.wait(PATIENCE, |journal| !journal.is_empty());
    assert!(arrived, "the upload begins");
    client.close_input();
    let response = client.response(id);
    assert_eq!(
        response["result"]["structuredContent"]["status"], "running",
        "{response}"
    );
    client.end();
}

#[test]
fn a_server_without_a_key_says_what_to_do_and_one_with_wrong_settings_does_not_start() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(30));
    let command = stage.vectcut(["mcp"]).without("VECTCUT_API_KEY").to_std();
    let mut client = Client::of(command, Revision::Current);
    let (report, is_error) = client.call("upload_files", json!({ "paths": ["clip.mp4"] }));
    assert!(is_error, "{report}");
    assert_eq!(report["exit_code"], 3, "{report}");
    let error = &report["files"][0]["error"];
    assert_eq!(error["code"], "api_key_missing", "{report}");
    assert!(error["hint"].is_string(), "{report}");
    client.end();

    let outcome = stage.vectcut(["mcp", "--base-url", "ftp://x"]).run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
    let outcome = stage.vectcut(["mcp", "--root", "nowhere"]).run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
    // Input that has ended is a client that only looked.
    let outcome = stage.vectcut(["mcp"]).run();
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), ""),
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn a_whole_disk_is_no_root_unless_it_is_named() {
    let stage = Stage::new();
    let output = stage
        .vectcut(["mcp"])
        .to_std()
        .current_dir("/")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("--root"),
        "{output:?}"
    );
}

#[test]
fn wrong_arguments_are_for_the_model_and_unknown_tools_are_errors() {
    let stage = Stage::new();
    let mut client = Client::start(&stage, Revision::Current, &[]);
    for (tool, arguments) in [
        ("upload_files", json!({})),
        ("upload_files", json!({ "paths": [] })),
        ("upload_files", json!({ "paths": "clip.mp4" })),
        ("upload_status", json!({ "id": 7 })),
        ("get_url", json!({})),
    ] {
        let (report, is_error) = client.call(tool, arguments);
        assert!(is_error && report["exit_code"] == 2, "{tool}: {report}");
    }
    let response = client.request("tools/call", json!({ "name": "rm", "arguments": {} }));
    assert_eq!(response["error"]["code"], -32602, "{response}");
    client.end();
}

/// A link to a file outside takes the place of a file again and again while the server uploads it.
#[cfg(unix)]
#[test]
fn no_swap_ever_uploads_the_file_outside() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let stage = Stage::new();
    std::fs::create_dir(stage.path("root")).expect("a root");
    stage.file("secret.mp4", b"outside");
    stage.file("root/clip.mp4", b"inside");
    std::os::unix::fs::symlink(stage.path("secret.mp4"), stage.path("bait")).expect("a link");
    let mut client = Client::start(&stage, Revision::Current, &["--root", "root"]);
    let done = AtomicBool::new(false);
    // Whether the file itself is there at the right moments is chance; the file outside must never be sent.
    let upload = |client: &mut Client| {
        let (report, _) = client.call("upload_files", json!({ "paths": ["clip.mp4"] }));
        let file = &report["files"][0];
        let (bucket, key) = (file["bucket_name"].as_str()?, file["object_key"].as_str()?);
        let object = stage.sandbox().object(bucket, key).expect("it is stored");
        Some(std::fs::read(object.path).expect("readable"))
    };
    let stored: Vec<_> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let turns = [
                ("root/clip.mp4", "aside"),
                ("bait", "root/clip.mp4"),
                ("root/clip.mp4", "bait"),
                ("aside", "root/clip.mp4"),
            ];
            while !done.load(Ordering::Relaxed) {
                for (from, to) in turns {
                    std::fs::rename(stage.path(from), stage.path(to)).expect("renamed");
                }
            }
        });
        let stored = (0..100).filter_map(|_| upload(&mut client)).collect();
        done.store(true, Ordering::Relaxed);
        stored
    });
    assert!(stored.iter().all(|bytes| bytes == b"inside"));
    let stored = upload(&mut client);
    assert_eq!(stored.as_deref(), Some(&b"inside"[..]), "after the swaps");
    client.end();
}

#[test]
fn neither_messages_nor_the_loudest_logs_show_a_secret() {
    const API_KEY: &str = "canary-api-key-of-mcp-41c2";
    let stage = Stage::with(|builder| builder.api_key(API_KEY));
    stage.file("clip.mp4", noise(3000));
    stage.file("slow.mp4", noise(SLOW_LEN));
    let mut arguments = SLOW.to_vec();
    arguments.push("-vvv");
    let mut client = Client::start(&stage, Revision::Current, &arguments);
    let (report, _) = client.call("upload_files", json!({ "paths": ["clip.mp4"] }));
    // A slow computer needs more than one call.
    let report = client.wait(&report["id"]);
    assert_eq!(report["status"], "done", "{report}");
    client.call("get_url", json!({ "path": "clip.mp4" }));
    let (slow, _) = client.call("upload_files", json!({ "paths": ["slow.mp4"] }));
    client.call("cancel_upload", json!({ "id": slow["id"] }));
    client.call("upload_files", json!({ "paths": ["/proc/self/environ"] }));
    let (messages, log) = client.end_with_log();
    assert!(log.len() > 1000, "the log is loud: {log}");
    for text in [&messages, &log] {
        assert!(!text.contains(API_KEY), "the API key in {text}");
        assert!(!text.contains("SecurityToken"), "credentials in {text}");
    }
    let url = report["files"][0]["public_signed_url"]
        .as_str()
        .expect("a URL");
    let signature = url.split("Signature=").nth(1).expect("signed");
    assert!(
        messages.contains(signature) && !log.contains(signature),
        "{log}"
    );
    // What the next server needs holds no secret either.
    let records = std::fs::read_dir(state(&stage).join("mcp")).expect("records");
    for record in records {
        let text = std::fs::read_to_string(record.expect("a record").path()).expect("text");
        assert!(
            text.contains("slow.mp4") || text.contains("clip.mp4"),
            "{text}"
        );
        assert!(
            !text.contains(API_KEY) && !text.contains(signature),
            "{text}"
        );
    }
}

fn state(stage: &Stage) -> std::path::PathBuf {
    stage.state_dir()
}

#[test]
fn an_entry_is_added_to_the_configuration_of_a_client_without_the_key() {
    let stage = Stage::new();
    let outcome = stage
        .vectcut(["mcp", "config", "codex", "--root", ".", "--write"])
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let file = stage.folder().join("home/.codex/config.toml");
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(
        text.contains("[mcp_servers.vectcut]") && text.contains("tool_timeout_sec"),
        "{text}"
    );
    let work = stage.path("").display().to_string();
    let work = under_test::path(work.trim_end_matches('/'));
    assert!(text.contains(&work), "{text}");
    let settings = stage.sandbox().settings().environment();
    let key = settings
        .iter()
        .find(|(name, _)| *name == "VECTCUT_API_KEY")
        .expect("a key");
    assert!(!text.contains(&key.1), "{text}");
    // It is what the client wants, so no schema of ours describes it.
    let mut command = stage.vectcut(["mcp", "config", "claude-code"]).to_std();
    let printed = command.output().expect("it runs");
    let entry: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(
        entry["mcpServers"]["vectcut"]["args"],
        json!(["mcp"]),
        "{printed:?}"
    );
    let refused = stage.vectcut(["mcp", "config", "claude-desktop"]).run();
    assert_eq!(refused.code, Some(2), "{refused}");
}

#[test]
fn wrong_arguments_say_what_to_write_instead() {
    let stage = Stage::new();
    std::fs::create_dir(stage.path("clips")).expect("a folder");
    let mut client = Client::start(&stage, Revision::Current, &[]);
    let (report, is_error) = client.call("upload_files", json!({ "paths": "clip.mp4" }));
    assert!(is_error, "{report}");
    assert_eq!(
        report["error"]["hint"],
        "`paths` must be an array of strings, such as `[\"clip.mp4\"]`"
    );
    for folder in ["clips", "."] {
        let (report, _) = client.call("upload_files", json!({ "paths": [folder] }));
        let error = &report["files"][0]["error"];
        assert_eq!(error["code"], "not_a_file", "{report}");
        assert_eq!(
            error["message"],
            format!("`{folder}` is a folder"),
            "{report}"
        );
        assert_eq!(error["hint"], "name the files in it", "{report}");
    }
    let key = json!({ "object_key": "uploads/none.mp4" });
    let (report, _) = client.call("get_url", key);
    let error = &report["error"];
    assert_eq!(error["code"], "object_unknown", "{report}");
    assert_eq!(
        error["hint"], "call `upload_files` with the path",
        "{report}"
    );
    client.end();
}

#[test]
fn a_cancelled_upload_says_how_to_resume_it() {
    let stage = Stage::new();
    stage.file("slow.mp4", noise(SLOW_LEN));
    let mut client = Client::start(&stage, Revision::Current, &SLOW);
    let (report, _) = client.call("upload_files", json!({ "paths": ["slow.mp4"] }));
    let (report, _) = client.call("cancel_upload", json!({ "id": report["id"] }));
    let hint = &report["files"][0]["error"]["hint"];
    assert_eq!(
        hint, "call `upload_files` with the same paths to resume",
        "{report}"
    );
    client.end();
}

#[test]
fn a_root_that_is_not_there_is_not_written_into_a_configuration() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(10));
    for root in ["nonexist", "clip.mp4"] {
        let line = [
            "mcp",
            "config",
            "claude-code",
            "--write",
            "--file=c.json",
            "--root",
            root,
        ];
        let outcome = stage.bare(line).run();
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains(root), "{outcome}");
        assert!(!stage.path("c.json").exists(), "{outcome}");
    }
}
