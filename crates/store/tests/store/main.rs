//! The queries against a real Postgres; each test has a fresh database.

mod isolation;
mod lists;
mod runs;
mod support;
