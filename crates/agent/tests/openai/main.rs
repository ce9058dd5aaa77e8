//! The agent against a model server over real HTTP.

// clippy.toml allows it in test functions, but not in what they share.
#![allow(clippy::unwrap_used)]

mod answers;
mod faults;
mod stopping;
mod support;
mod transport;
