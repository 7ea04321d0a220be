//! The repository's own verbs: `cargo xtask check | test | golden | sandbox | dist | ci`.

fn main() {}
