//! The target `http_date` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vectcut_fuzz::run("http_date", data));
