//! No `Debug` shows a secret: a field whose name says url, secret, token or key is not plain text in a type with `Debug`.
//!
//! A type such as `Secret` or `SignedUrl` prints a placeholder instead, and so does a `Debug` written by hand.

use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprField, Fields, Item, ItemImpl, Member, Type, TypePath, TypeReference,
};

use super::allowed::Allowed;
use super::code::{Crate, Module};

const LIST: &str = "xtask/src/check/secret_debug.rs";

/// What is text, has such a name and is no secret: a field's name in any type, or one field as `Type.field`.
const PUBLIC: [(&str, &str); 9] = [
    (
        "access_key_id",
        "it names a key and opens nothing; OSS asks for it in bug reports",
    ),
    ("base_url", "where a server is, which a setting says"),
    (
        "object_key",
        "where an object lies, which error messages name",
    ),
    ("oss_access_key_id", "as `access_key_id`"),
    ("ObjectKey.0", "an object key, as above"),
    ("ObjectRecord.key", "an object key of the sandbox"),
    ("UploadRecord.key", "an object key of the sandbox"),
    (
        "Key.token",
        "the sandbox's own; its `Debug` says only whether there is one",
    ),
    (
        "SignedUrl.0",
        "its `Debug` cuts off the query, as its test shows",
    ),
];

/// Names every field that a `Debug` would show.
pub(super) fn findings(crates: &[Crate]) -> Vec<String> {
    let mut allowed = Allowed::new(LIST, &PUBLIC);
    let mut findings = Vec::new();
    for module in crates.iter().flat_map(|code| &code.modules) {
        findings.extend(findings_in(module, &mut allowed));
    }
    findings.extend(allowed.unused());
    findings
}

fn findings_in(module: &Module, allowed: &mut Allowed) -> Vec<String> {
    let mut shown = Vec::new();
    for item in &module.items {
        match item {
            Item::Struct(item) if derives_debug(&item.attrs) => {
                shown.extend(secrets(&item.ident.to_string(), &item.fields));
            }
            Item::Enum(item) if derives_debug(&item.attrs) => {
                for variant in &item.variants {
                    let name = format!("{}::{}", item.ident, variant.ident);
                    shown.extend(secrets(&name, &variant.fields));
                }
            }
            Item::Impl(block) => shown.extend(shown_by_hand(module, block)),
            _ => {}
        }
    }
    shown.retain(|field| !allowed.allows(&field.name) && !allowed.allows(&field.member));
    let tell = |Field { name, line, .. }: Field| {
        let file = &module.file;
        format!(
            "{file}:{line}: `Debug` shows `{name}`, which may be a secret; make it a type that prints a placeholder, or say in {LIST} why it is public"
        )
    };
    shown.into_iter().map(tell).collect()
}

/// A field with a telling name whose type is text.
struct Field {
    /// As `Type.field`.
    name: String,
    member: String,
    line: usize,
}

/// The fields of a struct or a variant that may hold a secret. A field without a name is called as its type is.
fn secrets(owner: &str, fields: &Fields) -> Vec<Field> {
    let named = fields.iter().enumerate().filter_map(|(number, field)| {
        let member = field
            .ident
            .as_ref()
            .map_or(number.to_string(), ToString::to_string);
        let telling = field
            .ident
            .as_ref()
            .map_or(owner.to_owned(), ToString::to_string);
        (says_secret(&telling) && is_text(&field.ty)).then(|| Field {
            name: format!("{owner}.{member}"),
            member,
            line: field_line(field),
        })
    });
    named.collect()
}

fn field_line(field: &syn::Field) -> usize {
    use syn::spanned::Spanned as _;
    field.ty.span().start().line
}

/// Looks at the words of a name in snake case or camel case.
fn says_secret(name: &str) -> bool {
    const TELLING: [&str; 8] = [
        "url", "urls", "secret", "secrets", "token", "tokens", "key", "keys",
    ];
    let last = name.rsplit("::").next().unwrap_or(name);
    let mut words = vec![String::new()];
    for letter in last.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
        }
    }
    words.iter().any(|word| TELLING.contains(&word.as_str()))
}

/// Whether a type is a `String` or `str`, or holds one: `Option<String>`, `Vec<String>`, `&str`, `Zeroizing<String>`.
///
/// A `&'static str` stands in the program itself, so it is neither a secret nor a server's.
pub(super) fn is_text(ty: &Type) -> bool {
    struct Text(bool);
    impl<'ast> Visit<'ast> for Text {
        fn visit_type_path(&mut self, ty: &'ast TypePath) {
            let last = ty.path.segments.last();
            self.0 |= last.is_some_and(|last| last.ident == "String" || last.ident == "str");
            visit::visit_type_path(self, ty);
        }

        fn visit_type_reference(&mut self, ty: &'ast TypeReference) {
            if ty
                .lifetime
                .as_ref()
                .is_none_or(|lifetime| lifetime.ident != "static")
            {
                visit::visit_type_reference(self, ty);
            }
        }
    }
    let mut text = Text(false);
    text.visit_type(ty);
    text.0
}

fn derives_debug(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let mut found = false;
        if attribute.path().is_ident("derive") {
            drop(attribute.parse_nested_meta(|meta| {
                found |= meta
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "Debug");
                Ok(())
            }));
        }
        found
    })
}

/// The telling fields that a `Debug` written by hand mentions.
fn shown_by_hand(module: &Module, block: &ItemImpl) -> Vec<Field> {
    let is_debug = block.trait_.as_ref().is_some_and(|(path, _)| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == "Debug")
    });
    let Type::Path(ty) = &*block.self_ty else {
        return Vec::new();
    };
    let Some(name) = ty.path.segments.last().filter(|_| is_debug) else {
        return Vec::new();
    };
    let mentioned = Mentioned::in_block(block);
    let fields = module.items.iter().flat_map(|item| match item {
        Item::Struct(item) if item.ident == name.ident => {
            secrets(&item.ident.to_string(), &item.fields)
        }
        _ => Vec::new(),
    });
    fields
        .filter(|field| mentioned.0.contains(&field.member))
        .collect()
}

/// The fields of `self` that some code names.
struct Mentioned(Vec<String>);

impl Mentioned {
    fn in_block(block: &ItemImpl) -> Self {
        let mut mentioned = Self(Vec::new());
        mentioned.visit_item_impl(block);
        mentioned
    }
}

impl<'ast> Visit<'ast> for Mentioned {
    fn visit_expr_field(&mut self, field: &'ast ExprField) {
        if matches!(&*field.base, Expr::Path(base) if base.path.is_ident("self")) {
            self.0.push(match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            });
        }
        visit::visit_expr_field(self, field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let module = Module::parse(Vec::new(), "a.rs", text).expect("it is Rust");
        let mut allowed = Allowed::new(LIST, &[("object_key", "it is public")]);
        let findings = findings_in(&module, &mut allowed);
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn a_token_as_text_is_named_with_its_line() {
        let shown = "a.rs:2: `Debug` shows `A.security_token`";
        check(
            "#[derive(Clone, Debug)]\nstruct A { security_token: String }",
            &[shown],
        );
        check(
            "#[derive(Debug)]\nstruct A { security_token: Option<Vec<String>> }",
            &[shown],
        );
        check(
            "#[derive(Debug)]\nstruct A { security_token: Zeroizing<String> }",
            &[shown],
        );
        check("#[derive(Clone)]\nstruct A { security_token: String }", &[]);
        check("#[derive(Debug)]\nstruct A { security_token: Secret }", &[]);
        check(
            "#[derive(Debug)]\nstruct A { security_token: &'static str }",
            &[],
        );
    }

    #[test]
    fn a_name_is_read_by_its_words() {
        check(
            "#[derive(Debug)] struct A { monkey: String, keyed: String, tokenizer: String }",
            &[],
        );
        check(
            "#[derive(Debug)] struct SignedUrl(String);",
            &["a.rs:1: `Debug` shows `SignedUrl.0`"],
        );
        check(
            "#[derive(Debug)] enum A { ApiKey(String) }",
            &["a.rs:1: `Debug` shows `A::ApiKey.0`"],
        );
        check(
            "#[derive(Debug)] enum A { B { url: Box<str> } }",
            &["a.rs:1: `Debug` shows `A::B.url`"],
        );
    }

    #[test]
    fn a_debug_by_hand_may_not_show_the_field() {
        let shows = "struct A { token: String }\nimpl fmt::Debug for A { fn fmt(&self) { f.field(&self.token) } }";
        check(shows, &["a.rs:1: `Debug` shows `A.token`"]);
        let hides = "struct A { token: String }\nimpl fmt::Debug for A { fn fmt(&self) { f.field(&\"[redacted]\") } }";
        check(hides, &[]);
    }

    #[test]
    fn a_public_field_can_be_allowed() {
        check("#[derive(Debug)] struct Place { object_key: String }", &[]);
    }
}
