//! Any bytes as a document.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::wbxml(input));
