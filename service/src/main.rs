//! The `directpush` program.

fn main() {}
