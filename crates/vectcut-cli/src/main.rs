//! The command `vectcut`; all of it is in the library beside this file.

fn main() {}
