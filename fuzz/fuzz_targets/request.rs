#![no_main]
//! See `latchkey_server::fuzzed`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| latchkey_server::fuzzed::request(data));
