//! The target `sandbox_parts_xml` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("sandbox_parts_xml", data));
