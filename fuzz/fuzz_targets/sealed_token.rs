#![no_main]
//! See `latchkey_identity::fuzzed`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| latchkey_identity::fuzzed::sealed_token(data));
