#![no_main]
//! See `latchkey_gateway::fuzzed`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| latchkey_gateway::fuzzed::cookies(data));
