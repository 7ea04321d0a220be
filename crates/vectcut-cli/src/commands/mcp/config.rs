//! `vectcut mcp config`: the entry for a client's configuration, printed or added to it.

mod clients;
mod json;
mod toml;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::args::McpConfigArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;
use crate::settings::UserFolders;
use crate::stderr::Stderr;
use crate::words::{Text, mcp as say};
use clients::{Entry, Format};

/// Prints the entry, or adds it.
///
/// # Errors
///
/// Fails with wrong usage when the client needs a root, and when its configuration cannot be understood or written. The
/// configuration is then as it was.
pub(super) fn run(args: &McpConfigArgs, stderr: &Stderr) -> Result<ExitCode, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(say::config_own_path(), &error))?;
    for root in &args.roots {
        check(root)?;
    }
    let entry = Entry::new(args.client, &program, &args.roots)?;
    let file = match (&args.file, UserFolders::of_process()) {
        (Some(file), _) => Some(file.clone()),
        (None, Some(folders)) => Some(clients::configuration(args.client, &folders)),
        (None, None) => None,
    };
    if args.write {
        let file = file.ok_or_else(|| {
            let what = say::config_place_unknown();
            Failure::new(ExitCode::Usage, "usage", what).hint(say::config_name_file())
        })?;
        return add(&entry, &file, stderr);
    }
    if let Some(file) = file {
        stderr.note(&say::config_for_file(file.display()));
    }
    let text = merged(&entry, "").map_err(|reason| usage(say::config_own_path(), &reason))?;
    output::print(text)?;
    Ok(ExitCode::Success)
}

/// Makes sure that the server can start with a root.
fn check(root: &Path) -> Result<(), Failure> {
    match fs::metadata(root) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            let error = io::Error::from(io::ErrorKind::NotADirectory);
            Err(usage(say::root_unusable(root.display()), &error))
        }
        Err(error) => Err(usage(say::root_unusable(root.display()), &error)),
    }
}

/// Adds the entry to a file. What else is in the file stays, and the file as it was stays beside it.
fn add(entry: &Entry, file: &Path, stderr: &Stderr) -> Result<ExitCode, Failure> {
    // The file itself is replaced, not a link to it.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let shown = file.display();
    let before = match fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(usage(say::config_not_read(shown), &error)),
    };
    let text = before.as_deref().unwrap_or_default();
    let after = merged(entry, text).map_err(|reason| {
        usage(say::config_not_understood(shown.to_string()), &reason).hint(say::config_mend())
    })?;
    if before.as_ref() == Some(&after) {
        stderr.note(&say::config_unchanged(shown));
        return Ok(ExitCode::Success);
    }
    let backup = match &before {
        Some(_) => {
            let backup = backup_of(&file);
            fs::copy(&file, &backup)
                .map_err(|error| usage(say::config_not_written(backup.display()), &error))?;
            Some(backup)
        }
        None => None,
    };
    replace(&file, &after)
        .map_err(|error| usage(say::config_not_written(file.display()), &error))?;
    stderr.note(&say::config_written(file.display()));
    if let Some(backup) = backup {
        stderr.note(&say::config_backup(backup.display()));
    }
    Ok(ExitCode::Success)
}

fn usage(what: Text, error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(ExitCode::Usage, "usage", what).because(error)
}

/// Why an entry cannot be added to a text.
#[derive(Debug)]
struct NotUnderstood(String);

impl std::fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotUnderstood {}

fn merged(entry: &Entry, text: &str) -> Result<String, NotUnderstood> {
    match entry.format {
        Format::Json => json::merged(entry, text),
        Format::Toml => toml::merged(entry, text),
    }
}

fn backup_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".before-vectcut");
    file.with_file_name(name)
}

/// Puts a text in the place of a file, with its permissions: all of it or nothing.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(file) {
        new.as_file().set_permissions(metadata.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::McpClient;
    use crate::words::Language;
    use clap::ValueEnum as _;

    fn entry(client: McpClient) -> Entry {
        let roots = [PathBuf::from("/videos")];
        Entry::new(client, Path::new("/usr/bin/vectcut"), &roots).expect("it has a root")
    }

    #[test]
    fn the_entry_of_each_client() {
        let mut shown = String::new();
        for client in McpClient::value_variants() {
            let text = merged(&entry(*client), "").expect("an empty file");
            shown.push_str(&format!("{client:?}\n{text}\n"));
        }
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn what_else_is_in_a_file_stays_and_a_second_time_changes_nothing() {
        let json = "{\n  // mine\n  \"theme\": \"dark\",\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" }, // keep\n    \"vectcut\": { \"command\": \"old\", \"env\": { \"A\": \"b\" } }\n  }\n}\n";
        let once = merged(&entry(McpClient::Cursor), json).expect("JSON with comments");
        for kept in [
            "// mine",
            "\"theme\": \"dark\"",
            "\"other\": { \"command\": \"x\" }, // keep",
            "\"env\": { \"A\": \"b\" }",
        ] {
            assert!(once.contains(kept), "{kept} in {once}");
        }
        assert!(
            once.contains("/usr/bin/vectcut") && !once.contains("\"old\""),
            "{once}"
        );
        assert_eq!(
            merged(&entry(McpClient::Cursor), &once).expect("again"),
            once
        );

        let toml = "# mine\nmodel = \"m\" # keep\n\n[mcp_servers.other]\ncommand = \"x\"\n\n[mcp_servers.vectcut]\ncommand = \"old\"\nenabled = false\n";
        let once = merged(&entry(McpClient::Codex), toml).expect("TOML");
        for kept in [
            "# mine\nmodel = \"m\" # keep",
            "[mcp_servers.other]\ncommand = \"x\"",
            "enabled = false",
        ] {
            assert!(once.contains(kept), "{kept} in {once}");
        }
        assert!(
            once.contains("/usr/bin/vectcut") && !once.contains("\"old\""),
            "{once}"
        );
        assert_eq!(
            merged(&entry(McpClient::Codex), &once).expect("again"),
            once
        );
    }

    #[test]
    fn a_file_that_is_not_understood_stays_as_it_is() {
        for (client, text) in [
            (McpClient::ClaudeCode, "{"),
            (McpClient::ClaudeCode, "[]"),
            (McpClient::ClaudeCode, "{ \"mcpServers\": [] }"),
            (
                McpClient::ClaudeCode,
                "{ \"mcpServers\": { \"vectcut\": 1 } }",
            ),
            (McpClient::Codex, "mcp_servers = 1"),
            (McpClient::Codex, "[mcp_servers"),
        ] {
            merged(&entry(client), text).expect_err(text);
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("config");
            fs::write(&file, text).expect("a file");
            let stderr = Stderr::new(true, true, false, Language::English);
            let failure = add(&entry(client), &file, &stderr).expect_err(text);
            assert_eq!(failure.exit_code, ExitCode::Usage);
            assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
            assert_eq!(
                fs::read_dir(folder.path()).expect("a folder").count(),
                1,
                "no other file"
            );
        }
    }

    #[test]
    fn a_file_is_written_with_its_permissions_and_kept_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/mcp.json");
        let stderr = Stderr::new(true, true, false, Language::English);
        add(&entry(McpClient::VsCode), &file, &stderr).expect("a new file");
        let first = fs::read_to_string(&file).expect("written");
        assert!(!backup_of(&file).exists(), "there was no file before");
        fs::write(&file, "{}").expect("changed");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
        }
        add(&entry(McpClient::VsCode), &file, &stderr).expect("an old file");
        assert_eq!(fs::read_to_string(&file).expect("written"), first);
        assert_eq!(fs::read_to_string(backup_of(&file)).expect("kept"), "{}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o640);
        }
    }

    #[test]
    fn a_client_without_a_project_needs_a_root() {
        for client in [McpClient::ClaudeDesktop, McpClient::OpenClaw] {
            let failure = Entry::new(client, Path::new("vectcut"), &[])
                .err()
                .expect("no root");
            assert_eq!(failure.exit_code, ExitCode::Usage);
        }
        Entry::new(McpClient::ClaudeCode, Path::new("vectcut"), &[]).expect("it has a project");
    }

    #[test]
    fn the_second_shape_of_opencode_is_kept() {
        let text = "{ \"mcp\": { \"servers\": { \"other\": {} } } }";
        let text = merged(&entry(McpClient::OpenCode), text).expect("JSON");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["mcp"]["servers"]["vectcut"]["type"], "local");
        assert!(value["mcp"]["vectcut"].is_null());
    }
}
