//! Any bytes as an upload of a contact.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::contacts(input));
