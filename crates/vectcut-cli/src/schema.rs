//! The JSON Schemas of what the command prints, made of the types that print it.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::commands::doctor::Report;
use crate::commands::uploads::List;
use crate::json_events::Line;
use crate::plan::{Entry, Plan};
use crate::result::{FileResult, LinkResult};
use crate::words::{Language, Text, schemas as say};

/// Returns what a schema describes.
type Title = fn() -> Text;

/// The names of the schemas, and what each describes.
pub(crate) const SCHEMAS: [(&str, Title); 8] = [
    ("upload", say::upload),
    ("upload-line", say::upload_line),
    ("dry-run", say::dry_run),
    ("dry-run-line", say::dry_run_line),
    ("progress", say::progress),
    ("doctor", say::doctor),
    ("uploads", say::uploads),
    ("url", say::url),
];

/// Returns the schema with a name of [`SCHEMAS`].
pub(crate) fn find(name: &str) -> Option<Value> {
    let (_, title) = SCHEMAS.iter().find(|(known, _)| *known == name)?;
    let mut schema = match name {
        "upload" => of::<Results>(),
        "upload-line" => of::<FileResult>(),
        "dry-run" => of::<Plan>(),
        "dry-run-line" => of::<Entry>(),
        "progress" => of::<Line>(),
        "doctor" => of::<Report<'_>>(),
        "uploads" => of::<List>(),
        "url" => of::<LinkResult>(),
        _ => return None,
    };
    let title = title();
    let title = title.to(Language::English);
    schema.insert("title".to_owned(), json!(title));
    Some(schema.to_value())
}

fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}

/// One result, or several in the order of the files.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Results {
    One(FileResult),
    Several(Vec<FileResult>),
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Returns what a program that was written for `released` would miss in `current`.
    fn broken(released: &Value, current: &Value, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        for key in ["type", "pattern", "const", "$ref"] {
            if released.get(key).is_some() && released.get(key) != current.get(key) {
                found.push(format!("{at}: `{key}` changed"));
            }
        }
        let list = |schema: &Value, key: &str| {
            schema
                .get(key)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        for (key, words) in [
            ("required", "is no longer certain"),
            ("enum", "is no longer named"),
        ] {
            let now = list(current, key);
            let gone = list(released, key)
                .into_iter()
                .filter(|value| !now.contains(value));
            found.extend(gone.map(|value| format!("{at}: {value} {words}")));
        }
        for key in ["properties", "$defs"] {
            let parts = released.get(key).and_then(Value::as_object);
            for (name, part) in parts.into_iter().flatten() {
                let at = format!("{at}/{name}");
                match current.get(key).and_then(|parts| parts.get(name)) {
                    Some(now) => found.extend(broken(part, now, &at)),
                    None => found.push(format!("{at} is gone")),
                }
            }
        }
        found
    }

    #[test]
    fn a_program_written_for_a_released_schema_can_read_what_is_printed_now() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/released");
        for (name, _) in SCHEMAS {
            let file = folder.join(format!("{name}.json"));
            // A schema that was never released binds nobody.
            let Ok(text) = std::fs::read_to_string(&file) else {
                continue;
            };
            let released = serde_json::from_str(&text).expect("a schema");
            let current = find(name).expect("every name has a schema");
            assert_eq!(broken(&released, &current, name), [""; 0]);
        }
    }

    #[test]
    fn a_broken_promise_is_found() {
        let released = json!({
            "type": "object",
            "required": ["a"],
            "properties": { "a": { "enum": ["x", "y"] }, "b": { "type": "integer" } },
        });
        assert_eq!(broken(&released, &released, ""), [""; 0]);
        let more = json!({
            "type": "object",
            "required": ["a", "c"],
            "properties": { "a": { "enum": ["x", "y", "z"] }, "b": { "type": "integer" }, "c": {} },
        });
        assert_eq!(
            broken(&released, &more, ""),
            [""; 0],
            "keys and values may be added"
        );
        let less = json!({
            "type": "object",
            "required": [],
            "properties": { "a": { "enum": ["x"] }, "b": { "type": "string" } },
        });
        assert_eq!(broken(&released, &less, "").len(), 3);
        let gone = json!({ "type": "object", "required": ["a"], "properties": { "a": { "enum": ["x", "y"] } } });
        assert_eq!(broken(&released, &gone, ""), ["/b is gone"]);
    }

    #[test]
    fn every_name_has_a_schema() {
        for (name, _) in SCHEMAS {
            assert!(find(name).is_some(), "{name}");
        }
    }
}
