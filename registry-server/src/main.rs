//! The binary `registry`: it reads the command line and the configuration, wires the crates together, and serves.

mod cli;

use std::process::ExitCode;

/// Fewer and cheaper calls into the kernel than the system's allocator on the upload path.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
