//! The queries against a real Postgres; each test has a fresh database.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod catalogue;
mod changes;
mod explain;
mod filled;
mod isolation;
mod lists;
mod plans;
mod runs;
mod search;
mod search_rights;
mod silence;
mod support;
mod task_order;
mod wire;
