//! Any bytes as a command's body.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::bodies(input));
