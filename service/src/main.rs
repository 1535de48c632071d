//! The `directpush` program.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// What many short requests leave behind goes back to the system, and what waits stays small: after all who are parked
/// were woken, the C library's allocator holds several times as much.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            cli::code(&error)
        }
    }
}
