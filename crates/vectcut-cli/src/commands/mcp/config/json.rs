//! An entry in a JSON file. Comments and the order of what is there stay.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};

use super::NotUnderstood;
use super::clients::{Entry, Field, NAME};

/// Returns the text with the entry.
///
/// # Errors
///
/// Fails when the text is no JSON object, or another value is where the entry belongs.
pub(super) fn merged(entry: &Entry, text: &str) -> Result<String, NotUnderstood> {
    let options = ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    };
    let root =
        CstRootNode::parse(text, &options).map_err(|error| NotUnderstood(error.to_string()))?;
    let top = root
        .object_value_or_create()
        .ok_or_else(|| NotUnderstood("it is not a JSON object".to_owned()))?;
    let way = match entry.other_way {
        Some(other) if leads_somewhere(&top, other) => other,
        _ => entry.way,
    };
    let mut object = top;
    for key in way.iter().chain([&NAME]) {
        object = object
            .object_value_or_create(key)
            .ok_or_else(|| NotUnderstood(format!("`{key}` in it is not a JSON object")))?;
    }
    for (key, field) in &entry.fields {
        match object.get(key) {
            Some(property) => property.set_value(value(field)),
            None => drop(object.append(key, value(field))),
        }
    }
    let text = root.to_string();
    Ok(match text.ends_with('\n') {
        true => text,
        false => text + "\n",
    })
}

fn leads_somewhere(top: &CstObject, way: &[&str]) -> bool {
    let mut object = Some(top.clone());
    for key in way {
        object = object.and_then(|object| object.object_value(key));
    }
    object.is_some()
}

fn value(field: &Field) -> CstInputValue {
    match field {
        Field::Text(text) => text.as_str().into(),
        Field::List(list) => {
            CstInputValue::Array(list.iter().map(|text| text.as_str().into()).collect())
        }
        Field::Number(number) => CstInputValue::Number(number.to_string()),
    }
}
