//! Any texts as arguments of a command.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (&str, &str)| laws::imap_arguments(input.0, input.1));
