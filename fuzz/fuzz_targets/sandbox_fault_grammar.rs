//! The target `sandbox_fault_grammar` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("sandbox_fault_grammar", data));
