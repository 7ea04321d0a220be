//! No circle between the modules of a crate: if one module uses another, that one does not use the first, even indirectly.
//!
//! A path such as `crate::a::b::Name` is an arrow to the module that defines `Name`, however many `pub use` stand between.
//! So a crate's root may list its public names, and a child may use them from there.
//! A module and those in its folder are one room, as for Rust's own privacy: a child may use what its parent defines.
//! An arrow from the parent down to a child counts, so a room that uses its neighbour and is used by it is still found.
//! Methods that are called on values leave no path, so they do not count.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemUse, Macro};

use super::code::{Crate, Module};
use super::names::{Import, Names, imports};

/// Names every file on the shortest circle of each group of modules that use each other.
pub(super) fn findings(crates: &[Crate]) -> Vec<String> {
    crates.iter().flat_map(circles).collect()
}

/// The place of the first use, by the index of the using module and the index of the used one.
type Arrows = BTreeMap<usize, BTreeMap<usize, usize>>;

fn circles(code: &Crate) -> Vec<String> {
    let names: Vec<Names> = code.modules.iter().map(Names::of).collect();
    let tree = Tree { code, names };
    let mut arrows = Arrows::new();
    for (from, module) in code.modules.iter().enumerate() {
        for Path { segments, span } in paths(module) {
            if let Some(to) = tree.resolve(from, &segments, DEPTH_MAX)
                && !module.path.starts_with(&code.modules[to].path)
            {
                let line = span.start().line;
                arrows.entry(from).or_default().entry(to).or_insert(line);
            }
        }
    }
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for start in 0..code.modules.len() {
        if told.contains(&start) {
            continue;
        }
        if let Some(circle) = shortest_circle(&arrows, start) {
            told.extend(circle.iter().copied());
            findings.push(describe(code, &arrows, &circle));
        }
    }
    findings
}

/// The shortest way along arrows from a module back to itself.
fn shortest_circle(arrows: &Arrows, start: usize) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(from) = next.pop_front() {
        for &to in arrows.get(&from).into_iter().flat_map(BTreeMap::keys) {
            if to == start {
                let mut circle = vec![from];
                while let Some(&earlier) = came_from.get(&circle[circle.len() - 1]) {
                    circle.push(earlier);
                }
                circle.reverse();
                return Some(circle);
            }
            if let Entry::Vacant(entry) = came_from.entry(to) {
                entry.insert(from);
                next.push_back(to);
            }
        }
    }
    None
}

fn describe(code: &Crate, arrows: &Arrows, circle: &[usize]) -> String {
    let uses = (0..circle.len()).map(|at| {
        let (from, to) = (circle[at], circle[(at + 1) % circle.len()]);
        let file = &code.modules[from].file;
        let name = code.modules[to].path.join("::");
        let name = if name.is_empty() {
            "the crate's root"
        } else {
            &name
        };
        format!("{file}:{} uses {name}", arrows[&from][&to])
    });
    format!(
        "a circle of modules: {}",
        uses.collect::<Vec<_>>().join("; ")
    )
}

/// A path of two or more segments, as it is written.
struct Path {
    segments: Vec<String>,
    span: Span,
}

/// How many re-exports a path is followed through; only a re-export of itself could take more.
const DEPTH_MAX: u32 = 32;

struct Tree<'a> {
    code: &'a Crate,
    names: Vec<Names>,
}

impl Tree<'_> {
    /// The module that defines what a path in module `from` leads to; `None` when that is outside the crate.
    fn resolve(&self, from: usize, segments: &[String], depth: u32) -> Option<usize> {
        let depth = depth.checked_sub(1)?;
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => self.descend(0, rest, depth),
            "self" => self.descend(from, rest, depth),
            "super" => self.descend(self.parent(from)?, rest, depth),
            "Self" => None,
            _ => self.find(from, first, rest, depth),
        }
    }

    /// Follows a path from inside a module.
    fn descend(&self, module: usize, segments: &[String], depth: u32) -> Option<usize> {
        match segments.split_first() {
            None => Some(module),
            Some((first, rest)) if first == "super" => {
                self.descend(self.parent(module)?, rest, depth)
            }
            // A name that is not found stands in a macro's output, so the module itself counts.
            Some((first, rest)) => self.find(module, first, rest, depth).or(Some(module)),
        }
    }

    fn find(&self, module: usize, name: &str, rest: &[String], depth: u32) -> Option<usize> {
        if let Some(child) = self.child(module, name) {
            return self.descend(child, rest, depth);
        }
        let names = &self.names[module];
        if names.defined.contains(name) {
            return Some(module);
        }
        if let Some(target) = names.imported.get(name) {
            return self.resolve(module, &[target, rest].concat(), depth);
        }
        names.globs.iter().find_map(|glob| {
            let target = self.resolve(module, glob, depth)?;
            if target == module {
                return None;
            }
            self.find(target, name, rest, depth.checked_sub(1)?)
        })
    }

    fn child(&self, module: usize, name: &str) -> Option<usize> {
        let path = &self.code.modules[module].path;
        self.code.modules.iter().position(|other| {
            other
                .path
                .split_last()
                .is_some_and(|(last, parent)| last == name && parent == path)
        })
    }

    fn parent(&self, module: usize) -> Option<usize> {
        let (_, parent) = self.code.modules[module].path.split_last()?;
        self.code
            .modules
            .iter()
            .position(|other| other.path == parent)
    }
}

/// Every path in a module that has two segments or more; a single one is a local name, and its `use` counts already.
fn paths(module: &Module) -> Vec<Path> {
    let mut paths = Paths(Vec::new());
    for item in &module.items {
        paths.visit_item(item);
    }
    paths.0
}

struct Paths(Vec<Path>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let imported = imports(item).into_iter();
        self.0
            .extend(imported.map(|Import { path, span, .. }| Path {
                segments: path,
                span,
            }));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (Some(first), true) = (path.segments.first(), path.segments.len() > 1) {
            self.0.push(Path {
                segments: path
                    .segments
                    .iter()
                    .map(|part| part.ident.to_string())
                    .collect(),
                span: first.ident.span(),
            });
        }
        visit::visit_path(self, path);
    }

    /// A macro's input need not be Rust, so its paths are found by their colons.
    fn visit_macro(&mut self, found: &'ast Macro) {
        visit::visit_macro(self, found);
        self.tokens(found.tokens.clone());
    }
}

impl Paths {
    fn tokens(&mut self, stream: TokenStream) {
        let mut path: Option<Path> = None;
        let mut colons = 0;
        for token in stream {
            match token {
                TokenTree::Ident(ident) => match &mut path {
                    Some(path) if colons == 2 => path.segments.push(ident.to_string()),
                    _ => {
                        self.take(path.replace(Path {
                            segments: vec![ident.to_string()],
                            span: ident.span(),
                        }));
                    }
                },
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.take(path.take());
                    self.tokens(group.stream());
                }
                _ => self.take(path.take()),
            }
            colons = 0;
        }
        self.take(path);
    }

    fn take(&mut self, path: Option<Path>) {
        self.0.extend(path.filter(|path| path.segments.len() > 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate of the modules given as path and text; the root is the empty path.
    #[track_caller]
    fn check(modules: &[(&str, &str)], expected: &[&str]) {
        let modules = modules.iter().map(|(path, text)| {
            let names = path
                .split('/')
                .filter(|name| !name.is_empty())
                .map(str::to_owned);
            let file = if path.is_empty() {
                "lib.rs".to_owned()
            } else {
                format!("{path}.rs")
            };
            Module::parse(names.collect(), &file, text).expect("it is Rust")
        });
        let code = Crate {
            name: "a".to_owned(),
            modules: modules.collect(),
        };
        assert_eq!(findings(&[code]), expected);
    }

    #[test]
    fn modules_that_use_each_other_are_named() {
        let circle = "a circle of modules: a.rs:2 uses b; b.rs:1 uses a";
        check(
            &[
                ("", "mod a; mod b;"),
                ("a", "\nuse crate::b::B; pub struct A;"),
                ("b", "fn b(a: super::a::A) {} pub struct B;"),
            ],
            &[circle],
        );
    }

    #[test]
    fn a_re_export_leads_to_the_module_that_defines_the_name() {
        let root = "mod a; mod b; pub use a::A; pub use b::*;";
        check(
            &[
                ("", root),
                ("a", "use crate::B; pub struct A(B);"),
                ("b", "pub struct B;"),
            ],
            &[],
        );
        let circle = "a circle of modules: a.rs:1 uses b; b.rs:1 uses a";
        check(
            &[
                ("", root),
                ("a", "use crate::B; pub struct A(B);"),
                ("b", "use crate::A; pub struct B;"),
            ],
            &[circle],
        );
    }

    #[test]
    fn a_child_may_use_what_its_parent_defines() {
        let parent = "mod b; pub struct A; fn a() { b::run(); }";
        check(
            &[
                ("", "mod a;"),
                ("a", parent),
                ("a/b", "use super::A; pub fn run() {}"),
            ],
            &[],
        );
    }

    #[test]
    fn a_circle_through_a_child_is_named() {
        let circle = "a circle of modules: a.rs:1 uses a::b; a/b.rs:1 uses c; c.rs:1 uses a";
        let child = "pub fn run() { crate::c::c(); }";
        let neighbour = "pub fn c() -> crate::a::A { crate::a::A }";
        check(
            &[
                ("", "mod a; mod c;"),
                ("a", "mod b; pub struct A; fn a() { b::run(); }"),
                ("a/b", child),
                ("c", neighbour),
            ],
            &[circle],
        );
    }

    #[test]
    fn a_circle_over_three_modules_is_told_once() {
        let circle = "a circle of modules: a.rs:1 uses b; b.rs:1 uses c; c.rs:1 uses a";
        check(
            &[
                ("", "mod a; mod b; mod c;"),
                ("a", "use crate::b; pub fn a() { b::b() }"),
                ("b", "pub fn b() { crate::c::c() }"),
                ("c", "pub fn c() { crate::a::a() }"),
            ],
            &[circle],
        );
    }

    #[test]
    fn a_path_in_a_macro_counts() {
        let circle = "a circle of modules: a.rs:1 uses b; b.rs:1 uses a";
        check(
            &[
                ("", "mod a; mod b;"),
                ("a", "fn a() { println!(\"{}\", crate::b::B); }"),
                ("b", "pub const B: u8 = 0; fn b() { crate::a::a() }"),
            ],
            &[circle],
        );
    }

    #[test]
    fn other_crates_and_local_names_do_not_count() {
        check(
            &[
                ("", "mod a; mod b;"),
                ("a", "use std::fmt; fn a(b: u8) -> u8 { b }"),
                ("b", "fn b() { let a = 0; fmt::x(a) }"),
            ],
            &[],
        );
    }
}
