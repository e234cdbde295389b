#![no_main]
//! See `latchkey_providers::fuzzed`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| latchkey_providers::fuzzed::provider_json(data));
