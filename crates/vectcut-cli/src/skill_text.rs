//! What the skill says is true: it names no flag, command, code or file that is not there.

use std::collections::BTreeSet;

use clap::Command;

use crate::help;
use crate::skill::FILES;
use crate::words::{Language, codes};

/// Names with underscores in the skill that are no error codes: keys of the JSON, and names of other programs.
const KEYS: [&str; 20] = [
    "base_url",
    "bucket_name",
    "local_file",
    "object_key",
    "file_size",
    "public_signed_url",
    "url_expires_at",
    "http_status",
    "oss_code",
    "request_id",
    "last_cause",
    "content_type",
    "elapsed_ms",
    "sts_upload",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "file_name",
    "file_size_bytes",
    "__main__",
];

fn options(command: &Command, found: &mut BTreeSet<String>) {
    let longs = command
        .get_arguments()
        .filter_map(|argument| argument.get_long());
    found.extend(longs.map(|long| format!("--{long}")));
    for child in command.get_subcommands() {
        options(child, found);
    }
}

/// Returns the pieces of a text between characters that are no part of a name.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || "-_./".contains(character)))
        .map(|name| name.trim_end_matches(['.', '-']))
}

#[test]
fn the_skill_names_only_what_is_there() {
    let mut root = help::command(Language::English);
    root.build();
    let mut known = BTreeSet::new();
    options(&root, &mut known);
    let commands: BTreeSet<_> = root.get_subcommands().map(Command::get_name).collect();
    let mut wrong = Vec::new();
    for (file, text) in FILES {
        for name in names(text) {
            let is_code = |name: &str| codes::find(name).is_some() || KEYS.contains(&name);
            let is_name = |name: &str| {
                name.contains('_')
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            if name.starts_with("--") && name.len() > 2 && !known.contains(name) {
                wrong.push(format!("{file}: option {name}"));
            }
            if name.starts_with("references/") && !FILES.iter().any(|(path, _)| *path == name) {
                wrong.push(format!("{file}: file {name}"));
            }
            if file.ends_with(".md") && is_name(name) && !is_code(name) {
                wrong.push(format!("{file}: code {name}"));
            }
        }
        for after in text
            .split("`vectcut ")
            .chain(text.split("\nvectcut "))
            .skip(1)
        {
            let word = after
                .split(|c: char| !c.is_ascii_lowercase())
                .next()
                .unwrap_or_default();
            if !word.is_empty() && !commands.contains(word) && after.starts_with(word) {
                wrong.push(format!("{file}: command {word}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_table_of_exit_codes_is_complete() {
    let (_, skill) = FILES[0];
    for code in codes::all() {
        let row = format!("| {} |", code.exit_code as u8);
        assert!(skill.contains(&row), "no row `{row}`");
    }
}

#[test]
fn the_skill_is_short_and_has_only_the_keys_of_the_specification() {
    let (_, skill) = FILES[0];
    let mut parts = skill.split("---\n").skip(1);
    let (head, body) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    assert!(body.lines().count() < 120, "{} lines", body.lines().count());
    let keys: Vec<_> = head
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(':'))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        [
            "name",
            "description",
            "license",
            "compatibility",
            "metadata"
        ]
    );
    for word in [
        "upload",
        "local file",
        "public URL",
        "上传",
        "本地文件",
        "公网链接",
        "素材",
    ] {
        assert!(head.contains(word), "{word}");
    }
}
