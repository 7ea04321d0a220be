//! The target `sandbox_verify_v1_v4` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("sandbox_verify_v1_v4", data));
