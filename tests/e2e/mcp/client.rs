//! A small client of the protocol: lines of JSON, and nothing that a library would mend.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::under_test;

/// No call of these tests takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A revision of the protocol, and how a client of it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    /// 2025-06-18, by `initialize`.
    Y2025,
    /// 2025-11-25, by `initialize`.
    EndOf2025,
    /// 2026-07-28, with everything in each request.
    Current,
    /// As above, and the client knows tasks.
    WithTasks,
}

impl Revision {
    pub(super) const ALL: [Self; 3] = [Self::Y2025, Self::EndOf2025, Self::Current];

    fn version(self) -> &'static str {
        match self {
            Self::Y2025 => "2025-06-18",
            Self::EndOf2025 => "2025-11-25",
            Self::Current | Self::WithTasks => "2026-07-28",
        }
    }

    fn is_stateless(self) -> bool {
        matches!(self, Self::Current | Self::WithTasks)
    }
}

/// A server and this client of it.
pub(super) struct Client {
    server: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    log: Option<JoinHandle<String>>,
    revision: Revision,
    next_id: u64,
    /// Everything that the server wrote to standard output.
    messages: String,
    notifications: Vec<Value>,
    responses: HashMap<u64, Value>,
    schemas: HashMap<String, Validator>,
}

impl Client {
    /// Starts a server on a stage and begins as the revision does.
    pub(super) fn start(stage: &Stage, revision: Revision, arguments: &[&str]) -> Self {
        let arguments = ["mcp"].iter().chain(arguments);
        Self::of(stage.vectcut(arguments).to_std(), revision)
    }

    /// Starts this server.
    pub(super) fn of(mut command: Command, revision: Revision) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut server = command.spawn().expect("it starts");
        let (output, mut errors) = (
            server.stdout.take().expect("piped"),
            server.stderr.take().expect("piped"),
        );
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("it is UTF-8");
            text
        });
        let mut client = Self {
            input: server.stdin.take(),
            server,
            lines,
            log: Some(log),
            revision,
            next_id: 0,
            messages: String::new(),
            notifications: Vec::new(),
            responses: HashMap::new(),
            schemas: HashMap::new(),
        };
        client.begin();
        client
    }

    fn begin(&mut self) {
        let version = self.revision.version();
        if self.revision.is_stateless() {
            let discovered = self.request("server/discover", json!({}));
            let versions = discovered["result"]["supportedVersions"].as_array();
            assert!(
                versions.is_some_and(|versions| versions.contains(&json!(version))),
                "{discovered}"
            );
        } else {
            let client = json!({ "name": "test", "version": "1" });
            let hello =
                json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
            let hello = self.request("initialize", hello);
            assert_eq!(hello["result"]["protocolVersion"], version, "{hello}");
            self.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        }
        let tools = self.request("tools/list", json!({}))["result"]["tools"].clone();
        for tool in tools.as_array().into_iter().flatten() {
            let name = tool["name"].as_str().expect("a name").to_owned();
            let schema = jsonschema::validator_for(&tool["outputSchema"]).expect("a schema");
            self.schemas.insert(name, schema);
        }
    }

    /// Calls a tool and returns its structured content, and whether it is an error.
    pub(super) fn call(&mut self, tool: &str, arguments: Value) -> (Value, bool) {
        let response = self.request(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        );
        let result = &response["result"];
        let content = result["structuredContent"].clone();
        let errors: Vec<_> = self.schemas[tool]
            .iter_errors(&content)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?} in {response}");
        let text = result["content"][0]["text"]
            .as_str()
            .expect("the same as text");
        let same: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(same, content, "text and structured content");
        (content, result["isError"] == true)
    }

    /// Asks for an upload until it has ended.
    pub(super) fn wait(&mut self, id: &Value) -> Value {
        for _ in 0..60 {
            let (report, _) = self.call("upload_status", json!({ "id": id }));
            if report["status"] != "running" {
                return report;
            }
        }
        panic!("the upload does not end");
    }

    /// Sends a request and returns the response.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.response(id)
    }

    /// Sends a request and returns its ID.
    pub(super) fn send(&mut self, method: &str, mut params: Value) -> u64 {
        self.next_id += 1;
        if self.revision.is_stateless() {
            let extensions = match self.revision {
                Revision::WithTasks => {
                    json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } })
                }
                _ => json!({}),
            };
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = json!(self.revision.version());
            meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
            meta["io.modelcontextprotocol/clientCapabilities"] = extensions;
        }
        self.write(
            &json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }),
        );
        self.next_id
    }

    fn write(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("its input is open");
        writeln!(input, "{message}").expect("it reads");
    }

    /// Waits for the response to a request.
    pub(super) fn response(&mut self, id: u64) -> Value {
        loop {
            if let Some(response) = self.responses.remove(&id) {
                return response;
            }
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .expect("the server responds");
            self.messages.push_str(&line);
            let message: Value = serde_json::from_str(&line).expect("every line is JSON");
            match message["id"].as_u64() {
                Some(id) => drop(self.responses.insert(id, message)),
                None => self.notifications.push(message),
            }
        }
    }

    /// Returns the notifications of a method so far.
    pub(super) fn notifications(&self, method: &str) -> Vec<&Value> {
        let all = self.notifications.iter();
        all.filter(|note| note["method"] == method).collect()
    }

    /// Ends the input, as a client does that is done.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// Ends the input and returns the exit code.
    pub(super) fn end(&mut self) -> Option<i32> {
        self.close_input();
        self.server.wait().expect("it ends").code()
    }

    /// Sends a signal and returns the exit code.
    pub(super) fn end_by(&mut self, signal: &str) -> Option<i32> {
        let id = self.server.id().to_string();
        let signal = under_test::signal(signal);
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {signal}");
        self.server.wait().expect("it ends").code()
    }

    /// Ends the server, and returns all that it wrote to standard output and to standard error.
    pub(super) fn end_with_log(mut self) -> (String, String) {
        self.end();
        let log = self
            .log
            .take()
            .expect("read once")
            .join()
            .expect("it is read");
        (std::mem::take(&mut self.messages), log)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
