//! The command under test: the same three lines as `vectcut`.

fn main() {}
