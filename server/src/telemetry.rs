//! Logs.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Writes log lines to standard error, filtered by `RUST_LOG`.
pub(crate) fn start(filter: &str) {
    // Tests may have set one up before; theirs stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .compact()
        .try_init();
}
