//! Time is a parameter: only the file `clock.rs` of a crate reads a clock, and a crate has one such file at most.
//!
//! Clippy refuses the same functions where it knows the type; this check also sees macros and names the file.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ExprMethodCall, Macro, Signature};

use super::code::{Crate, Module};

/// The types with a `now()` of their own: the standard library's, tokio's and jiff's.
const CLOCKS: [&str; 4] = ["Instant", "SystemTime", "Timestamp", "Zoned"];

/// Names every place that reads a clock elsewhere.
pub(super) fn findings(crates: &[Crate]) -> Vec<String> {
    let mut findings = Vec::new();
    for code in crates {
        let (clocks, others): (Vec<_>, Vec<_>) =
            code.modules.iter().partition(|module| is_clock(module));
        findings.extend(others.into_iter().flat_map(readings));
        if let [first, second, ..] = clocks[..] {
            findings.push(format!(
                "{}: a second clock beside {}; a crate has one",
                second.file, first.file
            ));
        }
    }
    findings
}

fn is_clock(module: &Module) -> bool {
    module.path.last().is_some_and(|name| name == "clock")
}

fn readings(module: &Module) -> Vec<String> {
    let mut readings = Readings::default();
    for item in &module.items {
        readings.visit_item(item);
    }
    if readings.has_own_elapsed {
        // What it calls is likely its own function. Clippy knows the types, and refuses those of a clock.
        readings.calls.retain(|(_, what)| what != ELAPSED);
    }
    let tell = |(line, what)| {
        let file = &module.file;
        format!(
            "{file}:{line}: `{what}` reads a clock; take the time as a parameter, or from the crate's clock.rs"
        )
    };
    readings.calls.into_iter().map(tell).collect()
}

const ELAPSED: &str = "elapsed()";

#[derive(Default)]
struct Readings {
    /// The line and the name of each call.
    calls: Vec<(usize, String)>,
    /// Whether the module has a function of this name.
    has_own_elapsed: bool,
}

impl<'ast> Visit<'ast> for Readings {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        if let ([.., clock, call], Some(last)) = (&names[..], path.segments.last())
            && reads(clock, call)
        {
            self.calls
                .push((last.ident.span().start().line, format!("{clock}::{call}")));
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "elapsed" {
            self.calls
                .push((call.method.span().start().line, ELAPSED.to_owned()));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.has_own_elapsed |= signature.ident == "elapsed";
        visit::visit_signature(self, signature);
    }

    fn visit_macro(&mut self, found: &'ast Macro) {
        visit::visit_macro(self, found);
        self.tokens(found.tokens.clone());
    }
}

impl Readings {
    /// A macro's input need not be Rust, so calls are found by their words.
    fn tokens(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        for window in tokens.windows(4) {
            let word = |at: usize| match &window[at] {
                TokenTree::Ident(ident) => ident.to_string(),
                TokenTree::Punct(punct) => punct.as_char().to_string(),
                _ => String::new(),
            };
            let line = window[0].span().start().line;
            if word(1) == ":" && word(2) == ":" && reads(&word(0), &word(3)) {
                self.calls.push((line, format!("{}::{}", word(0), word(3))));
            }
        }
        for pair in tokens.windows(2) {
            if let [TokenTree::Punct(dot), TokenTree::Ident(name)] = pair
                && dot.as_char() == '.'
                && name == "elapsed"
            {
                self.calls
                    .push((name.span().start().line, ELAPSED.to_owned()));
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.tokens(group.stream());
            }
        }
    }
}

fn reads(clock: &str, call: &str) -> bool {
    CLOCKS.contains(&clock) && (call == "now" || call == "elapsed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let module = Module::parse(vec![path.to_owned()], "a.rs", text).expect("it is Rust");
        let code = Crate {
            name: "a".to_owned(),
            modules: vec![module],
        };
        let findings = findings(&[code]);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn every_way_to_read_a_clock_is_named() {
        check(
            "a",
            "fn a() {\n tokio::time::Instant::now(); }",
            &["a.rs:2: `Instant::now`"],
        );
        check(
            "a",
            "fn a() { b.map(SystemTime::now); }",
            &["a.rs:1: `SystemTime::now`"],
        );
        check(
            "a",
            "fn a() { jiff::Timestamp::now(); }",
            &["a.rs:1: `Timestamp::now`"],
        );
        check(
            "a",
            "fn a() { started.elapsed(); }",
            &["a.rs:1: `elapsed()`"],
        );
        check(
            "a",
            "fn a() { debug!(\"{:?}\",\n b(Instant::now())); }",
            &["a.rs:2: `Instant::now`"],
        );
        check(
            "a",
            "fn a() { debug!(took = started.elapsed()); }",
            &["a.rs:1: `elapsed()`"],
        );
    }

    #[test]
    fn the_clock_itself_and_tests_may_read_it() {
        check("clock", "fn now() -> Instant { Instant::now() }", &[]);
        check(
            "a",
            "#[cfg(test)] mod tests { fn a() { Instant::now(); } }",
            &[],
        );
        check("a", "fn a(clock: &Clock) { clock.now(); }", &[]);
        check("a", "fn elapsed(&self) {} fn a() { self.elapsed(); }", &[]);
    }
}
