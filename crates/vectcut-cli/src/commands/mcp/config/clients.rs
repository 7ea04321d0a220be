//! The clients: where each has its configuration, and what an entry looks like there.

use std::path::{Path, PathBuf};

use crate::args::McpClient;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::settings::UserFolders;
use crate::words::mcp as say;

/// The name of the server in every configuration.
pub(super) const NAME: &str = "vectcut";

/// How long Codex waits for a call, in seconds: longer than the server takes.
const TOOL_TIMEOUT_SEC: u64 = 90;

/// An entry of a configuration.
pub(super) struct Entry {
    pub(super) format: Format,
    /// The keys that lead to the servers.
    pub(super) way: &'static [&'static str],
    /// Another way, used if it is in the file already.
    pub(super) other_way: Option<&'static [&'static str]>,
    pub(super) fields: Vec<(&'static str, Field)>,
}

/// The format of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON, with comments where the client reads them.
    Json,
    Toml,
}

/// The value of a field of an entry.
pub(super) enum Field {
    Text(String),
    List(Vec<String>),
    Number(u64),
}

impl Entry {
    /// Returns the entry that starts this program for a client.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage when the client works in no project and no root is named.
    pub(super) fn new(
        client: McpClient,
        program: &Path,
        roots: &[PathBuf],
    ) -> Result<Self, Failure> {
        let program = program.display().to_string();
        let arguments = arguments(client, roots)?;
        let command = |arguments| {
            vec![
                ("command", Field::Text(program.clone())),
                ("args", Field::List(arguments)),
            ]
        };
        let stdio = || ("type", Field::Text("stdio".to_owned()));
        let json = |way, fields| Self {
            format: Format::Json,
            way,
            other_way: None,
            fields,
        };
        Ok(match client {
            McpClient::ClaudeCode => {
                let mut fields = command(arguments);
                fields.insert(0, stdio());
                json(&["mcpServers"], fields)
            }
            McpClient::ClaudeDesktop | McpClient::Cursor => {
                json(&["mcpServers"], command(arguments))
            }
            McpClient::VsCode => {
                let mut fields = command(arguments);
                fields.insert(0, stdio());
                json(&["servers"], fields)
            }
            McpClient::OpenClaw => json(&["mcp", "servers"], command(arguments)),
            McpClient::OpenCode => {
                let whole = std::iter::once(program.clone()).chain(arguments).collect();
                let fields = vec![
                    ("type", Field::Text("local".to_owned())),
                    ("command", Field::List(whole)),
                ];
                // Both versions of the client read the first way; files of the second version may use the other.
                Self {
                    other_way: Some(&["mcp", "servers"]),
                    ..json(&["mcp"], fields)
                }
            }
            McpClient::Codex => {
                let mut fields = command(arguments);
                fields.push(("tool_timeout_sec", Field::Number(TOOL_TIMEOUT_SEC)));
                Self {
                    format: Format::Toml,
                    ..json(&["mcp_servers"], fields)
                }
            }
        })
    }
}

/// Returns the arguments that the client starts the server with.
fn arguments(client: McpClient, roots: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let mut arguments = vec!["mcp".to_owned()];
    let absolute = |root: &PathBuf| std::path::absolute(root).unwrap_or_else(|_| root.clone());
    let mut roots: Vec<_> = roots
        .iter()
        .map(|root| absolute(root).display().to_string())
        .collect();
    if roots.is_empty() {
        match client {
            // These start the server in the folder of the project.
            McpClient::ClaudeCode | McpClient::Codex | McpClient::OpenCode => {}
            McpClient::Cursor | McpClient::VsCode => roots.push("${workspaceFolder}".to_owned()),
            McpClient::ClaudeDesktop => return Err(needs_root("Claude Desktop")),
            McpClient::OpenClaw => return Err(needs_root("OpenClaw")),
        }
    }
    if client == McpClient::OpenCode {
        // Its first version gives a call 30 s unless the configuration says otherwise.
        arguments.extend(["--max-call".to_owned(), "25s".to_owned()]);
    }
    for root in roots {
        arguments.extend(["--root".to_owned(), root]);
    }
    Ok(arguments)
}

fn needs_root(client: &str) -> Failure {
    let failure = Failure::new(ExitCode::Usage, "usage", say::config_needs_root(client));
    failure.hint(say::name_root())
}

/// Returns where a client has the configuration of the user.
pub(super) fn configuration(client: McpClient, folders: &UserFolders) -> PathBuf {
    let UserFolders { home, applications } = folders;
    match client {
        McpClient::ClaudeCode => home.join(".claude.json"),
        McpClient::ClaudeDesktop => applications.join("Claude/claude_desktop_config.json"),
        McpClient::Codex => home.join(".codex/config.toml"),
        McpClient::Cursor => home.join(".cursor/mcp.json"),
        McpClient::VsCode => applications.join("Code/User/mcp.json"),
        McpClient::OpenClaw => home.join(".openclaw/openclaw.json"),
        McpClient::OpenCode => {
            let folder = home.join(".config/opencode");
            match folder.join("opencode.jsonc") {
                file if file.exists() => file,
                _ => folder.join("opencode.json"),
            }
        }
    }
}
