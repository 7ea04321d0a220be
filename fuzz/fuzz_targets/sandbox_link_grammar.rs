//! The target `sandbox_link_grammar` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("sandbox_link_grammar", data));
