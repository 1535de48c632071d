//! Any bytes as what a server says of a message.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::imap_messages(input));
