//! The licence texts of every crate in the binary that ships, in one file, from the sources that cargo has fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::process::Failure;
use crate::shipped::Shipped;

/// How the names of files with licence texts begin, in lower case.
const FILE_STARTS: [&str; 6] = [
    "copying",
    "copyright",
    "licence",
    "license",
    "notice",
    "unlicense",
];

/// A crate as cargo describes it.
struct Dependency {
    name: String,
    /// The expression in its manifest, such as `MIT OR Apache-2.0`.
    expression: String,
    /// The texts in its source, in the order of their file names.
    texts: Vec<String>,
}

/// Returns one text with the licences of all that a binary is built from.
///
/// # Errors
///
/// Fails if a crate has neither a licence text nor another crate with the same expression whose texts serve for both.
pub(crate) fn collect(shipped: &Shipped) -> Result<String, Failure> {
    let foreign = shipped
        .packages()
        .filter(|package| !package["source"].is_null());
    let dependencies = foreign.map(read).collect::<Result<Vec<_>, _>>()?;
    render(&dependencies)
}

fn read(package: &Value) -> Result<Dependency, Failure> {
    let text = |field: &str| package[field].as_str().unwrap_or_default();
    let folder = Path::new(text("manifest_path"))
        .parent()
        .unwrap_or(Path::new(""));
    let failed = |error: std::io::Error| {
        Failure::new(format!("could not read `{}`: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_file() && FILE_STARTS.iter().any(|start| name.starts_with(start)) {
            files.push(path);
        }
    }
    files.sort();
    let texts = files
        .iter()
        .map(fs::read_to_string)
        .collect::<Result<_, _>>();
    Ok(Dependency {
        name: format!("{} {}", text("name"), text("version")),
        expression: text("license").to_owned(),
        texts: texts.map_err(failed)?,
    })
}

fn render(dependencies: &[Dependency]) -> Result<String, Failure> {
    let mut text = String::from(
        "vectcut contains these crates, each under the licence that stands beside it:\n\n",
    );
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for dependency in dependencies {
        let Dependency {
            name,
            expression,
            texts,
        } = dependency;
        text.push_str(&format!("{name}: {expression}\n"));
        let texts = if texts.is_empty() {
            same_terms(dependencies, expression).ok_or_else(|| {
                Failure::new(format!(
                    "`{name}` ({expression}) has no licence text in its source"
                ))
            })?
        } else {
            texts
        };
        for licence in texts {
            users.entry(licence.trim()).or_default().push(name);
        }
    }
    for (licence, names) in users {
        let line = "─".repeat(80);
        text.push_str(&format!(
            "\n{line}\n{}\n{line}\n\n{licence}\n",
            names.join(", ")
        ));
    }
    Ok(text)
}

/// The texts of a crate under the same expression. A few crates ship no text of their own.
fn same_terms<'a>(dependencies: &'a [Dependency], expression: &str) -> Option<&'a [String]> {
    let normal = |expression: &str| expression.replace('/', " OR ");
    let same = dependencies
        .iter()
        .find(|other| normal(&other.expression) == normal(expression) && !other.texts.is_empty());
    same.map(|other| other.texts.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, expression: &str, texts: &[&str]) -> Dependency {
        Dependency {
            name: name.to_owned(),
            expression: expression.to_owned(),
            texts: texts.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn each_text_is_there_once_with_the_crates_that_it_is_for() {
        let all = [
            dependency("a 1", "MIT", &["Copyright A"]),
            dependency("b 1", "MIT OR ISC", &["Copyright A\n", "Notice B"]),
            dependency("c 1", "MIT/ISC", &[]),
        ];
        let text = render(&all).expect("every crate has a text");
        assert!(
            text.contains("a 1: MIT\nb 1: MIT OR ISC\nc 1: MIT/ISC\n"),
            "{text}"
        );
        assert_eq!(text.matches("Copyright A").count(), 1);
        assert!(text.contains("\na 1, b 1, c 1\n"), "{text}");
    }

    #[test]
    fn a_crate_without_any_text_is_named() {
        let failure = render(&[dependency("a 1", "MIT", &[])]).expect_err("there is no text");
        assert_eq!(
            failure.to_string(),
            "`a 1` (MIT) has no licence text in its source"
        );
    }

    #[test]
    fn every_crate_in_the_command_has_a_text() {
        let shipped = Shipped::read("vectcut-cli", "x86_64-unknown-linux-gnu").expect("metadata");
        let text = collect(&shipped).expect("all have one");
        assert!(text.contains("\nreqwest 0."), "{text}");
        assert!(!text.contains("\ninsta "), "{text}");
    }
}
