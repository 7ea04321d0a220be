//! The Rust code of the crates, parsed: which modules a crate has, and what each of them holds.
//!
//! Modules are found the way the compiler finds them, from the crate's root along `mod` declarations.
//! Code under `#[cfg(test)]` is left out: the rules that read it are about what ships.

use syn::spanned::Spanned;
use syn::{Attribute, ImplItem, Item, Meta};

use crate::process::Failure;
use crate::workspace;

/// One crate of `crates/`.
pub(super) struct Crate {
    /// The package's name, such as `oss-client`.
    pub(super) name: String,
    /// Its modules; the root comes first.
    pub(super) modules: Vec<Module>,
}

/// One module without its tests.
pub(super) struct Module {
    /// The names on the way from the crate's root, which itself has none.
    pub(super) path: Vec<String>,
    /// The file that holds it, relative to the repository's top.
    pub(super) file: String,
    /// What it holds, without what only tests see.
    pub(super) items: Vec<Item>,
    /// How many lines of the file are not tests.
    pub(super) lines: usize,
}

/// Parses every crate of `crates/`.
pub(super) fn read(files: &[String]) -> Result<Vec<Crate>, Failure> {
    let mut crates = Vec::new();
    for file in files {
        if let Some(name) = crate_of_root(file) {
            let folder = format!("crates/{name}/src");
            let mut modules = Vec::new();
            read_module(file, &folder, Vec::new(), &mut modules)?;
            crates.push(Crate {
                name: name.to_owned(),
                modules,
            });
        }
    }
    if crates.is_empty() {
        return Err(Failure::new("no `crates/*/src/lib.rs` was found"));
    }
    Ok(crates)
}

fn crate_of_root(file: &str) -> Option<&str> {
    let name = file.strip_prefix("crates/")?.strip_suffix("/src/lib.rs")?;
    (!name.contains('/')).then_some(name)
}

fn read_module(
    file: &str,
    folder: &str,
    path: Vec<String>,
    modules: &mut Vec<Module>,
) -> Result<(), Failure> {
    let module = Module::parse(path, file, &workspace::read(file)?)?;
    let children = module.declares();
    let path = module.path.clone();
    modules.push(module);
    for name in children {
        let child = format!("{folder}/{name}.rs");
        if !workspace::root().join(&child).exists() {
            let reason = format!("{file}: `mod {name}` has no file `{child}`");
            return Err(Failure::new(reason));
        }
        let path = [path.clone(), vec![name.clone()]].concat();
        read_module(&child, &format!("{folder}/{name}"), path, modules)?;
    }
    Ok(())
}

impl Module {
    /// Parses the text of one file.
    pub(super) fn parse(path: Vec<String>, file: &str, text: &str) -> Result<Self, Failure> {
        let parsed = syn::parse_file(text).map_err(|error| {
            let line = error.span().start().line;
            Failure::new(format!("{file}:{line}: {error}"))
        })?;
        let (tests, mut items): (Vec<Item>, Vec<Item>) = parsed
            .items
            .into_iter()
            .partition(|item| is_test(attributes(item)));
        for item in &mut items {
            if let Item::Impl(block) = item {
                block
                    .items
                    .retain(|item| !is_test(attributes_in_impl(item)));
            }
        }
        let test_lines: usize = tests.iter().map(line_count).sum();
        Ok(Self {
            path,
            file: file.to_owned(),
            items,
            lines: text.lines().count() - test_lines,
        })
    }

    /// The modules that it declares.
    pub(super) fn declares(&self) -> Vec<String> {
        let declared = self.items.iter().filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
            _ => None,
        });
        declared.collect()
    }
}

/// How many lines something takes, from its first token to its last, without its comments and attributes before it.
pub(super) fn line_count(spanned: &impl Spanned) -> usize {
    let span = spanned.span();
    span.end().line - span.start().line + 1
}

/// Whether attributes have `#[cfg(test)]`, perhaps with other conditions.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        let condition = list.tokens.to_string();
        list.path.is_ident("cfg")
            && condition
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == "test")
            && !condition.contains("not")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn attributes_in_impl(item: &ImplItem) -> &[Attribute] {
    match item {
        ImplItem::Const(item) => &item.attrs,
        ImplItem::Fn(item) => &item.attrs,
        ImplItem::Type(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_left_out_of_a_module_and_of_its_lines() {
        let text = "//! Docs.\nmod child;\nfn ships() {}\nimpl T {\n #[cfg(test)]\n fn a() {}\n fn b() {}\n}\n\
                    #[cfg(all(test, unix))]\nmod tests {\n fn a() {}\n}\n";
        let module = Module::parse(Vec::new(), "a.rs", text).expect("it is Rust");
        assert_eq!(module.declares(), ["child"]);
        assert_eq!(module.items.len(), 3);
        assert_eq!(module.lines, 8);
        let Item::Impl(block) = &module.items[2] else {
            panic!("the third item is a block");
        };
        assert_eq!(block.items.len(), 1);
    }

    #[test]
    fn a_file_that_is_no_rust_is_named_with_its_line() {
        let failure = Module::parse(Vec::new(), "a.rs", "fn a() {}\nfn {\n").err();
        assert!(failure.is_some_and(|failure| failure.to_string().starts_with("a.rs:2: ")));
    }
}
