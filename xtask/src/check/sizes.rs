//! In the five libraries a function and a file are short enough to read in one sitting; tests do not count.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::allowed::Allowed;
use super::code::{Crate, Module};

const LIST: &str = "xtask/src/check/sizes.rs";

const LIBRARIES: [&str; 5] = [
    "oss-client",
    "oss-signer",
    "strict-http",
    "vectcut-api",
    "vectcut-upload",
];

const FUNCTION_LINES_MAX: usize = 50;
const FILE_LINES_MAX: usize = 350;

/// Files and functions that may be longer, as `file` or `file function`.
const LONG: [(&str, &str); 0] = [];

/// Names every function and file that is longer.
pub(super) fn findings(crates: &[Crate]) -> Vec<String> {
    let mut allowed = Allowed::new(LIST, &LONG);
    let libraries = crates
        .iter()
        .filter(|code| LIBRARIES.contains(&code.name.as_str()));
    let mut findings: Vec<String> = libraries
        .flat_map(|code| &code.modules)
        .flat_map(|module| findings_in(module, &mut allowed))
        .collect();
    findings.extend(allowed.unused());
    findings
}

fn findings_in(module: &Module, allowed: &mut Allowed) -> Vec<String> {
    let file = &module.file;
    let mut findings = Vec::new();
    if module.lines > FILE_LINES_MAX && !allowed.allows(file) {
        let lines = module.lines;
        findings.push(format!("{file}: {lines} lines without its tests, more than {FILE_LINES_MAX}; find the second noun in it"));
    }
    let mut functions = Functions(Vec::new());
    for item in &module.items {
        functions.visit_item(item);
    }
    for Function { name, line, lines } in functions.0 {
        if lines > FUNCTION_LINES_MAX && !allowed.allows(&format!("{file} {name}")) {
            findings.push(format!("{file}:{line}: `{name}` has {lines} lines, more than {FUNCTION_LINES_MAX}; find the second verb in it"));
        }
    }
    findings
}

struct Function {
    name: String,
    line: usize,
    /// From `fn` to the closing brace.
    lines: usize,
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &Signature, block: &Block) {
        let line = signature.span().start().line;
        self.0.push(Function {
            name: signature.ident.to_string(),
            line,
            lines: block.span().end().line - line + 1,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let module = Module::parse(Vec::new(), "a.rs", text).expect("it is Rust");
        let mut allowed = Allowed::new(LIST, &[("a.rs allowed", "it is a table")]);
        let findings = findings_in(&module, &mut allowed);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn a_long_function_is_named_with_its_lines() {
        let function = |name: &str, lines: usize| {
            format!(
                "/// Docs.\npub fn {name}() {{{}}}\n",
                "\n".repeat(lines - 1)
            )
        };
        check(&function("fine", 50), &[]);
        check(&function("long", 51), &["a.rs:2: `long` has 51 lines"]);
        check(&function("allowed", 51), &[]);
        check(
            &format!("impl A {{\n{}}}", function("long", 51)),
            &["a.rs:3: `long` has 51 lines"],
        );
    }

    #[test]
    fn a_long_file_is_named_and_its_tests_do_not_count() {
        check(
            &format!("fn a() {{}}{}", "\n".repeat(351)),
            &["a.rs: 351 lines"],
        );
        check(
            &format!(
                "fn a() {{}}\n#[cfg(test)]\nmod tests {{{}}}",
                "\n".repeat(400)
            ),
            &[],
        );
    }
}
