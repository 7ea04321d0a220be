//! Types of other crates in a library's public API are a list in its manifest, because their versions become part of it.
//!
//! The list is `[package.metadata.public-api] foreign-types`; `reqwest::*` stands for every type of a crate.
//! Only what is written counts: signatures, public fields, aliases, re-exports and implemented traits.

use std::collections::BTreeSet;

use proc_macro2::Span;
use serde_json::Value;
use syn::visit::{self, Visit};
use syn::{
    Fields, Generics, ImplItem, ImplItemType, Item, ItemImpl, Signature, TraitItem, Visibility,
};

use super::code::{Crate, Module};
use super::names::{Names, imports};

/// The standard library is everybody's.
const STANDARD: [&str; 3] = ["alloc", "core", "std"];

/// A package of this repository, as its manifest says.
struct Package {
    name: String,
    manifest: String,
    /// The names that its code calls other crates by.
    dependencies: BTreeSet<String>,
    listed: Vec<String>,
    is_public: bool,
}

/// Names every foreign type that is not listed, and every listed one that is not there.
pub(super) fn findings(crates: &[Crate], metadata: &Value) -> Vec<String> {
    let packages: Vec<Package> = packages(metadata).collect();
    let mut findings = Vec::new();
    for code in crates {
        if let Some(package) = packages.iter().find(|package| package.name == code.name)
            && package.is_public
        {
            findings.extend(differences(code, package));
        }
    }
    findings
}

fn packages(metadata: &Value) -> impl Iterator<Item = Package> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let local = packages.filter(|package| package["source"].is_null());
    local.map(|package| {
        let name = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let names = dependencies.filter_map(|dependency| dependency["name"].as_str());
        let listed = package["metadata"]["public-api"]["foreign-types"].as_array();
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        Package {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: names.map(|name| name.replace('-', "_")).collect(),
            listed: listed.map(str::to_owned).collect(),
            // The command's library is only the way to its `main`.
            is_public: name != "vectcut-cli",
        }
    })
}

fn differences(code: &Crate, package: &Package) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    let public = public_types(code);
    for module in &code.modules {
        for Foreign { path, line } in foreign(module, &package.dependencies, &public) {
            let row = package.listed.iter().find(|row| covers(row, &path));
            used.extend(row);
            if row.is_none() {
                let (file, manifest) = (&module.file, &package.manifest);
                findings.push(format!(
                    "{file}:{line}: `{path}` is in the public API and not in `foreign-types` of {manifest}"
                ));
            }
        }
    }
    for row in package.listed.iter().filter(|row| !used.contains(row)) {
        let manifest = &package.manifest;
        findings.push(format!(
            "{manifest}: `{row}` is in `foreign-types` and not in the public API"
        ));
    }
    findings
}

fn covers(row: &str, path: &str) -> bool {
    match row.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == row,
    }
}

/// The names of the crate's own public types.
fn public_types(code: &Crate) -> BTreeSet<String> {
    let items = code.modules.iter().flat_map(|module| &module.items);
    let names = items.filter_map(|item| match item {
        Item::Enum(item) => is_public(&item.vis).then_some(&item.ident),
        Item::Struct(item) => is_public(&item.vis).then_some(&item.ident),
        _ => None,
    });
    names.map(ToString::to_string).collect()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// A type of another crate.
struct Foreign {
    path: String,
    line: usize,
}

fn foreign(module: &Module, crates: &BTreeSet<String>, public: &BTreeSet<String>) -> Vec<Foreign> {
    let mut written = Written::default();
    for item in &module.items {
        written.item(item, public);
    }
    let names = Names::of(module);
    let mut found = Vec::new();
    for (segments, span) in written.0 {
        let full = match names.imported.get(&segments[0]) {
            Some(path) => [path, &segments[1..]].concat(),
            None => segments,
        };
        let first = full[0].as_str();
        if full.len() > 1 && crates.contains(first) && !STANDARD.contains(&first) {
            found.push(Foreign {
                path: full.join("::"),
                line: span.start().line,
            });
        }
    }
    found
}

/// The paths in what is public.
#[derive(Default)]
struct Written(Vec<(Vec<String>, Span)>);

impl Written {
    fn item(&mut self, item: &Item, public: &BTreeSet<String>) {
        match item {
            Item::Const(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Enum(item) if is_public(&item.vis) => {
                self.visit_generics(&item.generics);
                for variant in &item.variants {
                    variant
                        .fields
                        .iter()
                        .for_each(|field| self.visit_type(&field.ty));
                }
            }
            Item::Fn(item) if is_public(&item.vis) => self.visit_signature(&item.sig),
            Item::Impl(block) => self.block(block, public),
            Item::Static(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Struct(item) if is_public(&item.vis) => self.fields(&item.generics, &item.fields),
            Item::Trait(item) if is_public(&item.vis) => {
                self.visit_generics(&item.generics);
                item.supertraits
                    .iter()
                    .for_each(|bound| self.visit_type_param_bound(bound));
                for item in &item.items {
                    if let TraitItem::Fn(function) = item {
                        self.visit_signature(&function.sig);
                    }
                }
            }
            Item::Type(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Use(item) if is_public(&item.vis) => {
                self.0.extend(
                    imports(item)
                        .into_iter()
                        .map(|import| (import.path, import.span)),
                );
            }
            _ => {}
        }
    }

    fn fields(&mut self, generics: &Generics, fields: &Fields) {
        self.visit_generics(generics);
        for field in fields.iter().filter(|field| is_public(&field.vis)) {
            self.visit_type(&field.ty);
        }
    }

    /// Of a trait's implementation its name and its associated types; the rest repeats the trait.
    fn block(&mut self, block: &ItemImpl, public: &BTreeSet<String>) {
        let Some((implemented, _)) = &block.trait_ else {
            for item in &block.items {
                match item {
                    ImplItem::Fn(function) if is_public(&function.vis) => {
                        self.visit_signature(&function.sig)
                    }
                    ImplItem::Const(item) if is_public(&item.vis) => self.visit_type(&item.ty),
                    _ => {}
                }
            }
            return;
        };
        let own = match &*block.self_ty {
            syn::Type::Path(ty) => ty.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        if own.is_some_and(|own| public.contains(&own)) {
            self.visit_path(implemented);
            for item in &block.items {
                if let ImplItem::Type(ImplItemType { ty, .. }) = item {
                    self.visit_type(ty);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Written {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first() {
            let names = path.segments.iter().map(|part| part.ident.to_string());
            self.0.push((names.collect(), first.ident.span()));
        }
        visit::visit_path(self, path);
    }

    /// Attributes and names of arguments are no types.
    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.visit_generics(&signature.generics);
        for input in &signature.inputs {
            if let syn::FnArg::Typed(input) = input {
                self.visit_type(&input.ty);
            }
        }
        self.visit_return_type(&signature.output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, listed: &[&str], expected: &[&str]) {
        let module = Module::parse(Vec::new(), "a.rs", text).expect("it is Rust");
        let code = Crate {
            name: "a".to_owned(),
            modules: vec![module],
        };
        let package = Package {
            name: "a".to_owned(),
            manifest: "crates/a/Cargo.toml".to_owned(),
            dependencies: BTreeSet::from(["reqwest".to_owned(), "http_body".to_owned()]),
            listed: listed.iter().map(ToString::to_string).collect(),
            is_public: true,
        };
        let findings = differences(&code, &package);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn a_foreign_type_in_a_public_place_is_named() {
        let found = ["a.rs:2: `reqwest::Client` is in the public API"];
        check(
            "use reqwest::Client;\npub fn a(client: &Client) {}",
            &[],
            &found,
        );
        check(
            "\npub struct A { pub client: Option<reqwest::Client> }",
            &[],
            &found,
        );
        check(
            "struct A;\nimpl A { pub fn new() -> Result<reqwest::Client, A> {} }",
            &[],
            &found,
        );
        check("\npub use reqwest::Client;", &[], &found);
        check(
            "pub struct A; use http_body::Body;\nimpl Body for A { type Data = u8; }",
            &[],
            &["a.rs:2: `http_body::Body` is"],
        );
    }

    #[test]
    fn what_is_private_or_standard_needs_no_row() {
        check(
            "use reqwest::Client; pub struct A { client: Client } fn a(a: Client) {}",
            &[],
            &[],
        );
        check(
            "pub fn a(a: std::time::Duration, b: crate::B) -> String {}",
            &[],
            &[],
        );
        check("struct A; impl http_body::Body for A {}", &[], &[]);
    }

    #[test]
    fn a_row_allows_a_type_or_a_crate_and_must_be_used() {
        let text = "pub fn a(client: reqwest::Client, error: reqwest::Error) {}";
        check(text, &["reqwest::Client", "reqwest::Error"], &[]);
        check(text, &["reqwest::*"], &[]);
        check(
            "",
            &["reqwest::*"],
            &["crates/a/Cargo.toml: `reqwest::*` is in `foreign-types` and not"],
        );
    }
}
