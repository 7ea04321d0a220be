//! The target `oss_error_xml` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("oss_error_xml", data));
