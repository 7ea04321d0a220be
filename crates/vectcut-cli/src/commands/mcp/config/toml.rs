//! An entry in a TOML file. Comments and the order of what is there stay.

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use super::NotUnderstood;
use super::clients::{Entry, Field, NAME};

/// Returns the text with the entry.
///
/// # Errors
///
/// Fails when the text is no TOML, or another value is where the entry belongs.
pub(super) fn merged(entry: &Entry, text: &str) -> Result<String, NotUnderstood> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| NotUnderstood(error.to_string()))?;
    let mut item = document.as_item_mut();
    for key in entry.way.iter().chain([&NAME]) {
        let table = item.as_table_like_mut().ok_or_else(|| not_a_table(key))?;
        if !table.contains_key(key) {
            let mut new = Table::new();
            // A table that only holds other tables has no line of its own.
            new.set_implicit(*key != NAME);
            table.insert(key, Item::Table(new));
        }
        item = table.get_mut(key).ok_or_else(|| not_a_table(key))?;
    }
    let table = item.as_table_like_mut().ok_or_else(|| not_a_table(NAME))?;
    for (key, field) in &entry.fields {
        match table.get_mut(key).and_then(Item::as_value_mut) {
            // What stands around a value, such as a comment, stays.
            Some(old) => {
                let decoration = old.decor().clone();
                *old = new_value(field);
                *old.decor_mut() = decoration;
            }
            None => drop(table.insert(key, value(new_value(field)))),
        }
    }
    Ok(document.to_string())
}

fn not_a_table(key: &str) -> NotUnderstood {
    NotUnderstood(format!("`{key}` in it is not a table"))
}

fn new_value(field: &Field) -> Value {
    match field {
        Field::Text(text) => text.as_str().into(),
        Field::List(list) => Value::Array(list.iter().map(String::as_str).collect::<Array>()),
        Field::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
    }
}
