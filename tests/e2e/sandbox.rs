//! `vectcut sandbox` as a process: the settings that it gives to a command, and the exit code that it passes on.

use crate::stage::{Stage, noise};
use crate::under_test;

const NAMES: [&str; 10] = [
    "OSS_ACCESS_KEY_ID",
    "OSS_ACCESS_KEY_SECRET",
    "OSS_BUCKET",
    "OSS_ENDPOINT",
    "OSS_REGION",
    "VECTCUT_API_KEY",
    "VECTCUT_BASE_URL",
    "VECTCUT_OSS_ENDPOINT",
    "VECTCUT_OSS_REGION",
    "VECTCUT_STATE_DIR",
];

#[cfg(unix)]
#[test]
fn a_command_runs_with_the_settings() {
    let stage = Stage::new();
    let outcome = stage.bare(["sandbox", "--", "/usr/bin/env"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut names: Vec<&str> = outcome
        .stdout
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .filter(|name| name.starts_with("VECTCUT_") || name.starts_with("OSS_"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, NAMES);
}

#[test]
fn an_upload_inside_leaves_nothing_in_the_state_of_the_person() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    let line = [
        "sandbox",
        "--",
        under_test::for_itself(),
        "upload",
        "clip.mp4",
    ];
    let outcome = stage.bare(line).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(!stage.state_dir().exists(), "{outcome}");
    let given = stage.path("own-state");
    let outcome = stage.bare(line).env("VECTCUT_STATE_DIR", &given).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(given.exists(), "{outcome}");
}

#[test]
fn a_sandbox_that_keeps_its_state_keeps_that_of_its_commands() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    let upload = ["--", under_test::for_itself(), "upload", "clip.mp4"];
    let line = ["sandbox", "--state-dir=kept"].iter().chain(&upload);
    let outcome = stage.bare(line).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let listed = stage.bare(["uploads", "--state-dir=kept/vectcut"]).run();
    assert_eq!(listed.json()["finished"][0]["name"], "clip.mp4", "{listed}");
}

#[test]
fn an_upload_by_ip_works_inside() {
    assert_upload_works_inside(&["--by-ip"]);
}

#[test]
fn an_upload_by_ip_with_tls_works_inside() {
    assert_upload_works_inside(&["--by-ip", "--tls", "--refuse-v1"]);
}

fn assert_upload_works_inside(flags: &[&str]) {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(512 * 1024));
    let program = ["--", under_test::for_itself(), "upload"];
    let file = ["--part-size=128k", "clip.mp4"];
    let line = ["sandbox"].iter().chain(flags).chain(&program).chain(&file);
    let outcome = stage.bare(line).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.json()["status"], "uploaded");
}

#[cfg(unix)]
#[test]
fn by_ip_no_setting_names_localhost() {
    let stage = Stage::new();
    let outcome = stage
        .bare(["sandbox", "--by-ip", "--", "/usr/bin/env"])
        .run();
    let value = |name: &str| {
        let mut lines = outcome.stdout.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    let endpoint = value("VECTCUT_OSS_ENDPOINT");
    assert_eq!(endpoint, value("VECTCUT_BASE_URL"), "{outcome}");
    assert!(endpoint.is_some_and(|url| url.starts_with("http://127.0.0.1:")));
}

#[test]
fn a_fault_that_never_struck_is_told_and_changes_no_exit_code() {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    let line = [
        "sandbox",
        "--fault=part:reset=1",
        "--fault=put:delay=1ms,times=7",
        "--fault=put:delay=2ms,always",
        "--",
        under_test::for_itself(),
        "upload",
        "clip.mp4",
    ];
    let outcome = stage.bare(line).run();
    let told: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("the fault"))
        .collect();
    assert_eq!(
        told,
        [
            "the fault `part:reset=1` never struck",
            "the fault `put:delay=1ms,times=7` struck less often than it should: 1×",
        ],
        "{outcome}"
    );
}

#[test]
fn each_request_is_a_line_of_the_log_and_no_secret_is_in_it() {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    let line = [
        "sandbox",
        "-v",
        "--fault=complete:lost-response",
        "--",
        under_test::for_itself(),
        "upload",
        "clip.mp4",
    ];
    let outcome = stage.bare(line).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let requests = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("method="));
    let requests: Vec<&str> = requests.collect();
    for (step, more) in [
        ("init", ["status=200", "verdict=api-key:accepted"]),
        ("put", ["verdict=v1-header:accepted", "received_bytes=5 "]),
        (
            "complete",
            ["without a response", "faults=\"complete:lost-response\""],
        ),
    ] {
        let is_it = |line: &&&str| {
            let is_step = line.contains(&format!(" step={step} "));
            is_step && more.iter().all(|text| line.contains(text))
        };
        assert!(
            requests.iter().any(|line| is_it(&line)),
            "{step}: {outcome}"
        );
    }
    // Keys of a sandbox begin so, and so does every security token of it.
    for secret in [
        "sandbox-key-",
        "LTAI",
        "STS.",
        "CAIS",
        "Signature",
        "token=",
        "OSS ",
    ] {
        let shown = requests.iter().any(|line| line.contains(secret));
        assert!(!shown, "{secret}: {outcome}");
    }
}

/// Starts a sandbox without a command, stops it once it is ready, and returns what it printed.
#[cfg(unix)]
fn printed(stage: &Stage, flags: &[&str]) -> String {
    let line = ["sandbox", "--state-dir=kept"].iter().chain(flags);
    let outcome = stage.bare(line).run_while(|process| {
        // It listens to signals before it writes this file.
        while !stage.path("kept/sandbox.json").exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        process.signal("TERM");
    });
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.stdout
}

#[cfg(unix)]
#[test]
fn each_shell_gets_its_own_syntax() {
    for (shell, start, end) in [
        ("sh", "export VECTCUT_API_KEY='", "'"),
        ("fish", "set -gx VECTCUT_API_KEY '", "'"),
        ("powershell", "$env:VECTCUT_API_KEY = '", "'"),
        ("cmd", "set \"VECTCUT_API_KEY=", "\""),
    ] {
        let stage = Stage::new();
        let text = printed(&stage, &["--shell", shell]);
        let line = text.lines().next().unwrap_or_default();
        assert!(line.starts_with(start) && line.ends_with(end), "{text}");
        assert_eq!(text.lines().count(), NAMES.len(), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn with_tls_other_programs_trust_the_sandbox_too() {
    let stage = Stage::new();
    let text = printed(&stage, &["--tls"]);
    for (names, file) in [
        (
            ["VECTCUT_CA_CERT", "NODE_EXTRA_CA_CERTS", "DENO_CERT"],
            "ca.pem",
        ),
        (
            ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
            "ca-bundle.pem",
        ),
    ] {
        for name in names {
            let line = text.lines().find(|line| line.contains(name));
            let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
            assert!(
                line.ends_with(&under_test::path(&format!("/{file}'"))),
                "{line}"
            );
        }
        assert!(stage.path("kept").join(file).exists());
    }
}

#[cfg(unix)]
#[test]
fn tls_names_its_authority() {
    let stage = Stage::new();
    let script = r#"cat "$VECTCUT_CA_CERT" && echo "$VECTCUT_BASE_URL""#;
    let outcome = stage
        .bare(["sandbox", "--tls", "--", "/bin/sh", "-c", script])
        .env("PATH", "/usr/bin:/bin")
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(
        outcome.stdout.starts_with("-----BEGIN CERTIFICATE-----"),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("\nhttps://127.0.0.1:"), "{outcome}");
}

#[cfg(unix)]
#[test]
fn the_exit_code_of_the_command_is_passed_on() {
    let stage = Stage::new();
    let outcome = stage
        .bare(["sandbox", "--", "/bin/sh", "-c", "exit 42"])
        .run();
    assert_eq!(outcome.code, Some(42), "{outcome}");
}

#[test]
fn a_command_that_is_not_there_is_named() {
    let stage = Stage::new();
    let outcome = stage.bare(["sandbox", "--", "no-such-program"]).run();
    assert_ne!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("`no-such-program`"), "{outcome}");
}

#[test]
fn the_upload_of_a_pipeline_works_inside() {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    let outcome = stage
        .bare([
            "sandbox",
            "--",
            under_test::for_itself(),
            "upload",
            "clip.mp4",
        ])
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.json()["status"], "uploaded");
    assert_eq!(
        stage.steps(),
        [],
        "the stage's own sandbox has no part in it"
    );
}

#[test]
fn the_flags_of_the_policy_reach_the_servers() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(512 * 1024));
    let upload = |flags: &[&str], more: &[&str]| {
        let program = ["--", under_test::for_itself(), "upload"];
        let file = ["-v", "--part-size=128k", "clip.mp4"];
        let line = ["sandbox"].iter().chain(flags).chain(&program);
        stage.bare(line.chain(&file).chain(more)).run()
    };
    for (flags, told) in [
        (["--rights=no-multipart"], "sending the file in one PUT"),
        (["--refuse-v1"], "using V4"),
        (["--clock-offset=-7200"], "clock is 2 h 0 min ahead"),
        (["--credentials-lifetime=1ms"], "credentials expire before"),
    ] {
        let outcome = upload(&flags, &[]);
        assert!(outcome.stderr.contains(told), "{flags:?}\n{outcome}");
    }
    let refused = upload(&["--refuse-v1"], &["--signature=v1"]);
    assert_eq!(refused.code, Some(6), "{refused}");
}

#[cfg(unix)]
#[test]
fn the_state_folder_keeps_the_keys() {
    let stage = Stage::new();
    let key = || {
        let print = [
            "sandbox",
            "--state-dir",
            "state",
            "--",
            "/bin/sh",
            "-c",
            "echo $VECTCUT_API_KEY",
        ];
        stage.bare(print).run().stdout
    };
    let first = key();
    assert!(!first.trim().is_empty());
    assert_eq!(key(), first);
}

#[test]
fn completions_name_every_sub_command() {
    let stage = Stage::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = stage.bare(["completions", shell]).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        for command in ["upload", "sandbox", "completions"] {
            assert!(outcome.stdout.contains(command), "{shell}: {command}");
        }
    }
}
