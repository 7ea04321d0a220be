//! Every JSON that a run prints follows one of the schemas in `docs/schema`.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// Fails when standard output is JSON, or lines of JSON, that no published schema describes.
#[track_caller]
pub(crate) fn describe(stdout: &str) {
    let lines = stdout.lines().map(serde_json::from_str);
    let values: Vec<Value> = match serde_json::from_str(stdout) {
        Ok(value) => vec![value],
        Err(_) => lines.filter_map(Result::ok).collect(),
    };
    // A number or a word on a line of its own is no JSON that the command meant.
    for value in values
        .iter()
        .filter(|value| value.is_object() || value.is_array())
    {
        let errors: Vec<_> = schemas()
            .iter()
            .map(|(name, schema)| {
                (
                    name,
                    schema.iter_errors(value).map(|error| error.to_string()),
                )
            })
            .map(|(name, errors)| (name, errors.collect::<Vec<_>>()))
            .collect();
        let is_described = errors.iter().any(|(_, errors)| errors.is_empty());
        assert!(is_described, "no schema describes {value:#}: {errors:#?}");
    }
}

fn schemas() -> &'static [(String, Validator)] {
    static SCHEMAS: OnceLock<Vec<(String, Validator)>> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
        let files = fs::read_dir(folder).expect("the schemas are there");
        // The folder `released` has those of the last release.
        let files = files.filter(|file| file.as_ref().is_ok_and(|file| file.path().is_file()));
        let schemas = files.map(|file| {
            let path = file.expect("a file").path();
            let text = fs::read_to_string(&path).expect("the schema can be read");
            let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
            let validator = jsonschema::validator_for(&schema).expect("the schema is one");
            (path.display().to_string(), validator)
        });
        schemas.collect()
    })
}

/// Returns whether a published schema describes a value.
pub(crate) fn has(name: &str, value: &Value) -> bool {
    let mut named = schemas().iter().filter(|(path, _)| path.ends_with(name));
    named.any(|(_, schema)| schema.is_valid(value))
}
