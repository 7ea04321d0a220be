//! Signing in and out: what is asked, checked, saved and refused.

use std::fs;
use std::path::PathBuf;

use vectcut_sandbox::{Fault, Step};

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::{Stage, Vectcut};
#[cfg(unix)]
use crate::terminal::Terminal;
use crate::under_test;

const KEY: &str = "canary-api-key-7d1f0c52";

#[test]
fn a_piped_key_is_checked_and_saved_for_later_runs() {
    let stage = stage();
    // Quoted, with blanks and a line break, as people copy it.
    let outcome = login(&stage, &["--with-key"])
        .with_stdin(format!(" \"{KEY}\"\r\n"))
        .run();
    assert_outcome!(&outcome);
    assert_eq!(
        fs::read_to_string(key_file(&stage)).expect("the key"),
        format!("{KEY}\n")
    );
    uses_file(&stage);
}

#[test]
fn a_refused_key_is_not_saved() {
    let stage = stage();
    let outcome = login(&stage, &["--with-key"])
        .with_stdin("of-somebody-else")
        .run();
    assert_outcome!(&outcome);
    nothing_saved(&stage, &outcome);
}

#[test]
fn a_refused_key_does_not_replace_a_good_one() {
    let stage = stage();
    assert_eq!(
        login(&stage, &["--with-key"]).with_stdin(KEY).run().code,
        Some(0)
    );
    let outcome = login(&stage, &["--with-key"])
        .with_stdin("of-somebody-else")
        .run();
    assert_eq!(outcome.code, Some(3), "{outcome}");
    uses_file(&stage);
}

#[test]
fn a_key_that_nobody_could_check_is_saved_only_on_demand() {
    let stage = Stage::with(|builder| {
        let failing = Fault::at(Step::CheckKey).status(503).always();
        builder.api_key(KEY).fault(failing)
    });
    let outcome = login(&stage, &["--with-key"]).with_stdin(KEY).run();
    assert_outcome!("a_key_that_nobody_could_check", &outcome);
    nothing_saved(&stage, &outcome);

    let outcome = login(&stage, &["--with-key", "--no-check"])
        .with_stdin(KEY)
        .run();
    assert_outcome!("a_key_that_nobody_was_to_check", &outcome);
    assert!(key_file(&stage).exists(), "{outcome}");
}

#[test]
fn a_server_that_does_not_respond_says_nothing_about_the_key() {
    let stage = stage();
    let outcome = login(&stage, &["--with-key", "--base-url=http://127.0.0.1:1"])
        .with_stdin(KEY)
        .run();
    assert_outcome!(&outcome);
    nothing_saved(&stage, &outcome);
}

#[test]
fn what_cannot_be_a_key_is_neither_sent_nor_repeated() {
    let stage = stage();
    for text in ["", "two words", "one\ntwo", "密钥"] {
        let outcome = login(&stage, &["--with-key"]).with_stdin(text).run();
        assert_eq!(outcome.code, Some(3), "{outcome}");
        assert!(
            text.is_empty() || !outcome.stderr.contains(text),
            "{outcome}"
        );
        nothing_saved(&stage, &outcome);
    }
    assert_eq!(stage.steps(), []);
}

#[test]
fn nothing_asks_where_nobody_can_answer() {
    let stage = stage();
    for arguments in [&["login"] as &[_], &["login", "--print-export"]] {
        let outcome = stage.vectcut(arguments).run();
        assert_eq!(outcome.code, Some(3), "{outcome}");
        assert_eq!(outcome.stdout, "", "{outcome}");
    }
    assert_outcome!(stage.vectcut(["login"]).run());
    assert_eq!(stage.steps(), []);
}

#[test]
fn the_line_for_a_shell_is_printed_and_nothing_is_saved() {
    let stage = stage();
    let outcome = login(&stage, &["--with-key", "--print-export", "--shell=fish"])
        .with_stdin(KEY)
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.stdout, format!("set -gx VECTCUT_API_KEY '{KEY}'\n"));
    assert!(!outcome.stderr.contains(KEY), "{outcome}");
    nothing_saved(&stage, &outcome);
}

#[cfg(unix)]
#[test]
fn a_shell_sets_the_key_with_the_line() {
    let key = r#"canary-'"$(x)`x`\!"#;
    let stage = Stage::with(|builder| builder.api_key(key));
    let outcome = login(&stage, &["--with-key", "--print-export", "--shell=sh"])
        .with_stdin(key)
        .run();
    let script = format!(
        "{}; printf %s \"$VECTCUT_API_KEY\"",
        outcome.stdout.trim_end()
    );
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let set = String::from_utf8(shell.expect("a shell").stdout).expect("text");
    assert_eq!(set, key, "{outcome}");
}

#[test]
fn the_environment_counts_before_the_file_and_that_is_said() {
    let stage = stage();
    let signed_in = stage.vectcut(["login", "--with-key"]).with_stdin(KEY).run();
    assert_outcome!("login_beside_a_variable", &signed_in);

    stage.file("clip.mp4", "bytes");
    let refused = stage
        .vectcut(["upload", "clip.mp4"])
        .env("VECTCUT_API_KEY", "of-somebody-else")
        .run();
    assert_eq!(refused.code, Some(3), "{refused}");

    assert_outcome!("logout_beside_a_variable", stage.vectcut(["logout"]).run());
    assert!(!key_file(&stage).exists());
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let stage = stage();
    login(&stage, &["--with-key"]).with_stdin(KEY).run();
    stage.file("clip.mp4", b"bytes");
    for line in [&["upload", "clip.mp4"] as &[_], &["doctor"]] {
        let outcome = stage.vectcut(line).env("VECTCUT_API_KEY", "").run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
}

#[test]
fn signing_out_twice_is_no_failure() {
    let stage = stage();
    login(&stage, &["--with-key"]).with_stdin(KEY).run();
    let run = || stage.vectcut(["logout"]).without("VECTCUT_API_KEY").run();
    assert_outcome!("logout", run());
    assert_outcome!("logout_again", run());
    stage.file("clip.mp4", "bytes");
    let upload = stage
        .vectcut(["upload", "clip.mp4"])
        .without("VECTCUT_API_KEY");
    assert_eq!(upload.run().code, Some(3));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = stage();
    login(&stage, &["--with-key"]).with_stdin(KEY).run();
    let mode = |path: &PathBuf| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
    };
    assert_eq!(mode(&key_file(&stage)) & 0o777, 0o600);
    assert_eq!(
        mode(&key_file(&stage).parent().expect("a folder").into()) & 0o777,
        0o700
    );

    let loose = fs::Permissions::from_mode(0o644);
    fs::set_permissions(key_file(&stage), loose).expect("a mode");
    stage.file("clip.mp4", "bytes");
    let outcome = stage
        .vectcut(["upload", "clip.mp4"])
        .without("VECTCUT_API_KEY")
        .run();
    assert_outcome!("a_key_file_that_others_can_read", &outcome);
    assert_eq!(stage.steps(), [Step::CheckKey]);

    let hint = outcome.stderr.lines().find_map(|line| {
        line.split('`')
            .nth(1)
            .filter(|word| word.starts_with("chmod"))
    });
    let mended = std::process::Command::new("sh")
        .args(["-c", hint.expect("a command")])
        .status();
    assert!(mended.is_ok_and(|status| status.success()));
    uses_file(&stage);
}

/// Only root can give a file away. The rule itself is tested next to its code, for every user.
#[cfg(target_os = "linux")]
#[test]
fn a_file_of_another_user_is_refused_and_replaced_by_the_next_login() {
    let stage = stage();
    login(&stage, &["--with-key"]).with_stdin(KEY).run();
    if std::os::unix::fs::chown(key_file(&stage), Some(12_345), None).is_err() {
        return;
    }
    stage.file("clip.mp4", "bytes");
    let outcome = stage
        .vectcut(["upload", "clip.mp4"])
        .without("VECTCUT_API_KEY")
        .run();
    assert_outcome!("a_key_file_of_another_user", &outcome);
    login(&stage, &["--with-key"]).with_stdin(KEY).run();
    uses_file(&stage);
}

#[cfg(unix)]
#[test]
fn a_key_is_typed_unseen() {
    let stage = stage();
    let terminal = Terminal::new();
    let outcome = login(&stage, &[]).on_terminal(&terminal).run_while(|_| {
        terminal.wait_for("API key (hidden):");
        while terminal.echoes() {
            std::thread::yield_now();
        }
        terminal.type_line(KEY);
    });
    assert_eq!(outcome.code, Some(0), "{}", terminal.shown());
    assert_eq!(outcome.stdout, "");
    terminal.wait_for("signed in; the key is saved in");
    assert!(!terminal.shown().contains(KEY), "{}", terminal.shown());
    // No session with windows is in the environment, so no browser was started.
    let page = "open https://www.vectcut.com/auth in a browser and sign in";
    assert!(terminal.shown().contains(page), "{}", terminal.shown());
    uses_file(&stage);
}

#[cfg(unix)]
#[test]
fn an_interrupted_question_leaves_the_terminal_as_it_was() {
    let stage = stage();
    let terminal = Terminal::new();
    let outcome = login(&stage, &[])
        .on_terminal(&terminal)
        .run_while(|process| {
            terminal.wait_for("API key (hidden):");
            while terminal.echoes() {
                std::thread::yield_now();
            }
            process.signal("INT");
        });
    assert_eq!(outcome.code, Some(130), "{}", terminal.shown());
    assert!(terminal.echoes(), "typing stays invisible");
    nothing_saved(&stage, &outcome);
}

fn stage() -> Stage {
    Stage::with(|builder| builder.api_key(KEY))
}

/// The command `login` without a key in its environment.
fn login<'a>(stage: &'a Stage, arguments: &[&str]) -> Vectcut<'a> {
    stage
        .vectcut(["login"].iter().chain(arguments))
        .without("VECTCUT_API_KEY")
}

fn key_file(stage: &Stage) -> PathBuf {
    let config = match under_test::is_for_windows() {
        true => "home/AppData/Roaming",
        false => "home/.config",
    };
    stage.folder().join(config).join("vectcut/api-key")
}

/// Uploads with the key of the file.
#[track_caller]
fn uses_file(stage: &Stage) {
    stage.file("by-file.mp4", "bytes");
    let upload = stage.vectcut(["upload", "by-file.mp4"]);
    let outcome = upload.without("VECTCUT_API_KEY").run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[track_caller]
fn nothing_saved(stage: &Stage, outcome: &Outcome) {
    assert!(!key_file(stage).exists(), "{outcome}");
    assert!(!outcome.stderr.contains(KEY), "{outcome}");
}
