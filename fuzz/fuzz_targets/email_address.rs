#![no_main]
//! See `latchkey_domain::fuzzed`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| latchkey_domain::fuzzed::email_address(data));
