//! What names stand for in a module: its own items, and what `use` brings in.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::{Item, ItemUse, UseTree};

use super::code::Module;

/// What the names in a module stand for.
#[derive(Default)]
pub(super) struct Names {
    /// Names of its own items.
    pub(super) defined: BTreeSet<String>,
    /// What each imported name stands for.
    pub(super) imported: BTreeMap<String, Vec<String>>,
    /// The paths before each `*`.
    pub(super) globs: Vec<Vec<String>>,
}

impl Names {
    /// Reads the names of a module.
    pub(super) fn of(module: &Module) -> Self {
        let mut names = Self::default();
        for item in &module.items {
            let defined = match item {
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Use(item) => {
                    for Import { path, name, .. } in imports(item) {
                        match name {
                            Some(name) => drop(names.imported.insert(name, path)),
                            None => names.globs.push(path),
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            names.defined.insert(defined.to_string());
        }
        names
    }
}

/// One leaf of a `use`.
pub(super) struct Import {
    /// The path as it is written.
    pub(super) path: Vec<String>,
    /// The name that it has from here on; none for `*`.
    pub(super) name: Option<String>,
    /// Where it stands.
    pub(super) span: Span,
}

/// The leaves of a `use`.
pub(super) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    collect(&item.tree, &mut Vec::new(), &mut found);
    found
}

fn collect(tree: &UseTree, prefix: &mut Vec<String>, found: &mut Vec<Import>) {
    let leaf = |name: &syn::Ident| {
        let mut path = prefix.clone();
        if name != "self" {
            path.push(name.to_string());
        }
        path
    };
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            collect(&path.tree, prefix, found);
            prefix.pop();
        }
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|tree| collect(tree, prefix, found)),
        UseTree::Name(name) => {
            let path = leaf(&name.ident);
            let span = name.ident.span();
            found.push(Import {
                name: path.last().cloned(),
                path,
                span,
            });
        }
        UseTree::Rename(rename) => found.push(Import {
            path: leaf(&rename.ident),
            name: Some(rename.rename.to_string()),
            span: rename.ident.span(),
        }),
        UseTree::Glob(glob) => found.push(Import {
            path: prefix.clone(),
            name: None,
            span: glob.star_token.spans[0],
        }),
    }
}
