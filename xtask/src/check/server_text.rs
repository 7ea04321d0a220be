//! What a server wrote reaches a terminal through `strict_http::ServerText` only.
//!
//! Three rules keep it so:
//! the crates that read responses turn bytes into text in a few listed files;
//! their errors, and the libraries' events, hold `ServerText` or a type with checked contents, never a `String`;
//! and only a few files of the command write to the terminal at all.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Expr, ExprAwait, ExprMethodCall, Fields, Item, ItemUse, Macro};

use super::allowed::Allowed;
use super::code::{Crate, Module};
use super::names::imports;
use super::secret_debug::is_text;

const LIST: &str = "xtask/src/check/server_text.rs";

/// The crates that read responses.
const READERS: [&str; 3] = ["oss-client", "strict-http", "vectcut-api"];

/// The libraries whose errors and events the command shows.
const LIBRARIES: [&str; 4] = ["oss-client", "strict-http", "vectcut-api", "vectcut-upload"];

/// The files that may turn a response's bytes into text.
const READING_FILES: [(&str, &str); 7] = [
    (
        "crates/oss-client/src/xml.rs",
        "the XML parser; its callers clean what they take, or parse a number, a time or an upload ID",
    ),
    (
        "crates/strict-http/src/fuzzing.rs",
        "reads a fuzzer's input",
    ),
    (
        "crates/strict-http/src/headers.rs",
        "the reader of headers: a number or a time, else `ServerText`",
    ),
    (
        "crates/strict-http/src/issuer.rs",
        "a name in a certificate, which becomes `ServerText` on the same line",
    ),
    (
        "crates/strict-http/src/proxies.rs",
        "reads the environment, which no server wrote",
    ),
    (
        "crates/vectcut-api/src/envelope.rs",
        "the JSON parser: messages become `ServerText`, fields go to types that check them",
    ),
    (
        "crates/vectcut-api/src/fuzzing.rs",
        "reads a fuzzer's input",
    ),
];

/// Text in errors and events that no server wrote, as `Type.field`.
const OWN_TEXT: [(&str, &str); 8] = [
    ("EndpointError::HasPath.endpoint", "a setting of the user"),
    (
        "Event::NotKept.reason",
        "an I/O error of the state directory",
    ),
    (
        "Event::Retrying.reason",
        "one of our errors, whose parts are `ServerText`",
    ),
    (
        "Event::StartedOver.reason",
        "one of our errors, whose parts are `ServerText`",
    ),
    ("TransportError.via_proxy", "a proxy that the user set"),
    (
        "UploadError::ContentType.content_type",
        "a setting of the user",
    ),
    (
        "UploadError::Stopped.last_cause",
        "one of our errors, whose parts are `ServerText`",
    ),
    (
        "UploadsError::InUse.id",
        "the name of a file in the state directory",
    ),
];

/// The files that may write to standard output or standard error.
const PRINTING_FILES: [(&str, &str); 6] = [
    (
        "crates/vectcut-cli/src/commands/mcp.rs",
        "gives standard output to the protocol, whose messages are JSON",
    ),
    (
        "crates/vectcut-cli/src/output.rs",
        "prints what is no result of a file, such as a script",
    ),
    (
        "crates/vectcut-cli/src/stderr.rs",
        "the writer of both streams, which cleans what it gets",
    ),
    (
        "crates/vectcut-cli/src/stderr/question.rs",
        "reads an unseen answer from the terminal",
    ),
    (
        "crates/vectcut-cli/src/stderr/screen.rs",
        "asks the terminal for its size",
    ),
    (
        "crates/vectcut-cli/src/stderr/writer.rs",
        "the thread that writes standard error",
    ),
];

/// Names every place that breaks one of the rules.
pub(super) fn findings(crates: &[Crate]) -> Vec<String> {
    let mut reading = Allowed::new(LIST, &READING_FILES);
    let mut own_text = Allowed::new(LIST, &OWN_TEXT);
    let mut printing = Allowed::new(LIST, &PRINTING_FILES);
    let mut findings = Vec::new();
    for code in crates {
        for module in &code.modules {
            if READERS.contains(&code.name.as_str()) {
                findings.extend(readings(module, &mut reading));
            }
            if LIBRARIES.contains(&code.name.as_str()) {
                findings.extend(texts(module, &mut own_text));
            }
            findings.extend(prints(module, &mut printing));
        }
    }
    findings.extend(reading.unused());
    findings.extend(own_text.unused());
    findings.extend(printing.unused());
    findings
}

/// Places that turn bytes of a response into text, or open a parser for them.
fn readings(module: &Module, allowed: &mut Allowed) -> Vec<String> {
    const METHODS: [&str; 2] = ["to_str", "text().await"];
    const FUNCTIONS: [&str; 2] = ["from_utf8", "from_utf8_lossy"];
    const PARSERS: [&str; 2] = ["quick_xml", "serde_json"];
    const WRITERS: [&str; 4] = ["escape", "json", "to_string", "to_vec"];
    let mut found = Found::in_module(module);
    found
        .methods
        .retain(|(name, _)| METHODS.contains(&name.as_str()));
    found.paths.retain(|(path, _)| {
        let first = path.first().map_or("", String::as_str);
        let last = path.last().map_or("", String::as_str);
        FUNCTIONS.contains(&last) || (PARSERS.contains(&first) && !WRITERS.contains(&last))
    });
    let paths = found
        .paths
        .into_iter()
        .map(|(path, line)| (path.join("::"), line));
    let places: Vec<_> = found.methods.into_iter().chain(paths).collect();
    if places.is_empty() || allowed.allows(&module.file) {
        return Vec::new();
    }
    let tell = |(what, line)| {
        let file = &module.file;
        format!(
            "{file}:{line}: `{what}` may read what a server wrote; use `ServerText::clean`, or give the file a row with a reason in {LIST}"
        )
    };
    places.into_iter().map(tell).collect()
}

/// Text in the types that carry a server's words upwards.
fn texts(module: &Module, allowed: &mut Allowed) -> Vec<String> {
    let mut found = Vec::new();
    for item in &module.items {
        match item {
            Item::Struct(item) if carries_words(&item.ident.to_string()) => {
                found.extend(text_fields(&item.ident.to_string(), &item.fields));
            }
            Item::Enum(item) if carries_words(&item.ident.to_string()) => {
                for variant in &item.variants {
                    let name = format!("{}::{}", item.ident, variant.ident);
                    found.extend(text_fields(&name, &variant.fields));
                }
            }
            _ => {}
        }
    }
    found.retain(|(name, _)| !allowed.allows(name));
    let tell = |(name, line)| {
        let file = &module.file;
        format!(
            "{file}:{line}: `{name}` is plain text; hold `ServerText`, or give it a row in {LIST} that says who wrote it"
        )
    };
    found.into_iter().map(tell).collect()
}

fn carries_words(name: &str) -> bool {
    const NAMES: [&str; 4] = ["ErrorReply", "Event", "Note", "ServerWords"];
    NAMES.contains(&name) || name.ends_with("Error")
}

fn text_fields(owner: &str, fields: &Fields) -> Vec<(String, usize)> {
    let texts = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| is_text(&field.ty));
    let named = texts.map(|(number, field)| {
        let member = field
            .ident
            .as_ref()
            .map_or(number.to_string(), ToString::to_string);
        (format!("{owner}.{member}"), field.ty.span().start().line)
    });
    named.collect()
}

/// Places that write to the terminal.
fn prints(module: &Module, allowed: &mut Allowed) -> Vec<String> {
    const MACROS: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];
    const STREAMS: [&str; 2] = ["stderr", "stdout"];
    const OWNERS: [&str; 3] = ["ProgressDrawTarget", "Term", "io"];
    let mut found = Found::in_module(module);
    found
        .macros
        .retain(|(name, _)| MACROS.contains(&name.as_str()));
    let streams = found.paths.into_iter().filter_map(|(path, line)| {
        let [.., owner, stream] = path.as_slice() else {
            return None;
        };
        let opens = OWNERS.contains(&owner.as_str()) && STREAMS.contains(&stream.as_str());
        opens.then(|| (format!("{owner}::{stream}"), line))
    });
    let places: Vec<_> = found.macros.into_iter().chain(streams).collect();
    if places.is_empty() || allowed.allows(&module.file) {
        return Vec::new();
    }
    let tell = |(what, line)| {
        let file = &module.file;
        format!(
            "{file}:{line}: `{what}` writes to the terminal; only the command's output files may, which {LIST} lists"
        )
    };
    places.into_iter().map(tell).collect()
}

/// The calls, paths and macros of a module, each with its line.
#[derive(Default)]
struct Found {
    methods: Vec<(String, usize)>,
    paths: Vec<(Vec<String>, usize)>,
    macros: Vec<(String, usize)>,
}

impl Found {
    fn in_module(module: &Module) -> Self {
        let mut found = Self::default();
        for item in &module.items {
            found.visit_item(item);
        }
        found
    }

    /// A macro's input need not be Rust, so its method calls and last names of paths are found by their words.
    fn tokens(&mut self, stream: TokenStream) {
        let mut before = ' ';
        for token in stream {
            let line = token.span().start().line;
            match token {
                TokenTree::Ident(name) if before == '.' => {
                    self.methods.push((name.to_string(), line))
                }
                TokenTree::Ident(name) if before == ':' => {
                    self.paths.push((vec![name.to_string()], line))
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(punct) => {
                    before = punct.as_char();
                    continue;
                }
                _ => {}
            }
            before = ' ';
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.methods
            .push((call.method.to_string(), call.method.span().start().line));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_await(&mut self, awaited: &'ast ExprAwait) {
        if let Expr::MethodCall(call) = &*awaited.base {
            let line = call.method.span().start().line;
            self.methods
                .push((format!("{}().await", call.method), line));
        }
        visit::visit_expr_await(self, awaited);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let imported = imports(item).into_iter();
        self.paths
            .extend(imported.map(|import| (import.path, import.span.start().line)));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.paths.push((names.collect(), path.span().start().line));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, found: &'ast Macro) {
        if let Some(name) = found.path.segments.last() {
            self.macros
                .push((name.ident.to_string(), name.ident.span().start().line));
        }
        self.tokens(found.tokens.clone());
        visit::visit_macro(self, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(find: fn(&Module, &mut Allowed) -> Vec<String>, text: &str, expected: &[&str]) {
        let module = Module::parse(Vec::new(), "a.rs", text).expect("it is Rust");
        let mut allowed = Allowed::new(LIST, &[("OwnError::Io.path", "the user wrote it")]);
        let findings = find(&module, &mut allowed);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn a_way_from_bytes_to_text_is_named() {
        check(
            readings,
            "fn a() {\n value.to_str(); }",
            &["a.rs:2: `to_str`"],
        );
        check(
            readings,
            "fn a() { response.text().await; }",
            &["a.rs:1: `text().await`"],
        );
        check(
            readings,
            "fn a() { String::from_utf8_lossy(b); }",
            &["a.rs:1: `String::from_utf8_lossy`"],
        );
        check(
            readings,
            "fn a() { b.map(std::str::from_utf8); }",
            &["a.rs:1: `std::str::from_utf8`"],
        );
        check(
            readings,
            "use serde_json::Value;",
            &["a.rs:1: `serde_json::Value`"],
        );
        check(
            readings,
            "fn a() { debug!(\"{:?}\", value.to_str()); }",
            &["a.rs:1: `to_str`"],
        );
        check(
            readings,
            "fn a() { key.as_str(); ServerText::clean(b, 64, &[]); }",
            &[],
        );
    }

    #[test]
    fn plain_text_in_an_error_is_named() {
        check(
            texts,
            "enum ApiError {\n Refused { message: Option<String> } }",
            &["a.rs:2: `ApiError::Refused.message`"],
        );
        check(
            texts,
            "struct ErrorReply { code: Box<str> }",
            &["a.rs:1: `ErrorReply.code`"],
        );
        check(
            texts,
            "enum OwnError { Io { path: String } } enum ApiError { Refused(ServerText) }",
            &[],
        );
        check(texts, "struct Ticket { bucket: String }", &[]);
    }

    #[test]
    fn a_way_to_the_terminal_is_named() {
        check(
            prints,
            "fn a() { eprintln!(\"{b}\"); }",
            &["a.rs:1: `eprintln` writes"],
        );
        check(
            prints,
            "fn a() { std::io::stderr().write_all(b); }",
            &["a.rs:1: `io::stderr` writes"],
        );
        check(
            prints,
            "fn a() { ProgressDrawTarget::stderr(); }",
            &["a.rs:1: `ProgressDrawTarget::stderr` writes"],
        );
        check(prints, "fn a() { write!(f, \"{b}\"); }", &[]);
    }
}
