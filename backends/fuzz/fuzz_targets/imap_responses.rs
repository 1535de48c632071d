//! Any bytes as what a server says.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::imap_responses(input));
