//! Tells the command what it is built from: the commit, the target, the features.
//!
//! The commit is `VECTCUT_COMMIT`, which `cargo xtask dist` sets, or what cargo wrote into a published package.
//! Git is not asked: a working copy may differ from its commit, and each commit would build the command anew.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo talks to a build script in variables"
)]

use std::collections::BTreeSet;
use std::env;
use std::fs;

const PUBLISHED: &str = ".cargo_vcs_info.json";

fn main() {
    println!("cargo::rerun-if-env-changed=VECTCUT_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let commit = env::var("VECTCUT_COMMIT").ok().or_else(published);
    let commit = commit.unwrap_or_else(|| "unknown".to_owned());
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=VECTCUT_BUILD_COMMIT={commit}");
    println!("cargo::rustc-env=VECTCUT_BUILD_TARGET={target}");
    println!("cargo::rustc-env=VECTCUT_BUILD_FEATURES={}", features());
}

/// The commit of a package of a registry: the text after `"sha1": "`.
fn published() -> Option<String> {
    let text = fs::read_to_string(PUBLISHED).ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    Some(rest.split('"').nth(1)?.to_owned())
}

fn features() -> String {
    let names = env::vars().filter_map(|(name, _)| {
        let feature = name.strip_prefix("CARGO_FEATURE_")?;
        Some(feature.to_lowercase().replace('_', "-"))
    });
    let names: BTreeSet<String> = names.filter(|name| name != "default").collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.into_iter().collect::<Vec<_>>().join(", "),
    }
}
