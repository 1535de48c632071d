//! The `directpush-loadtest` program.

fn main() {}
