//! `vectcut schema`: the JSON Schemas of what the command prints.

use std::fmt::Write as _;

use crate::args::SchemaArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output;
use crate::schema::{SCHEMAS, find};
use crate::words::{Language, failures};

/// Prints a schema, or the names of all.
///
/// # Errors
///
/// Fails when there is no such schema.
pub(crate) fn run(args: &SchemaArgs, language: Language) -> Result<ExitCode, Failure> {
    let Some(name) = &args.name else {
        let mut names = String::new();
        for (name, title) in SCHEMAS {
            // Writing to a string cannot fail.
            let _ = writeln!(names, "{name:<12} {}", title().to(language));
        }
        output::print(names)?;
        return Ok(ExitCode::Success);
    };
    let Some(schema) = find(name) else {
        return Err(Failure::new(
            ExitCode::Usage,
            "usage",
            failures::no_schema(name),
        ));
    };
    output::print(format!("{schema:#}\n"))?;
    Ok(ExitCode::Success)
}
