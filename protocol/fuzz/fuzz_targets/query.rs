//! Any text as a query string.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| laws::query(input));
