//! The domain over a real Postgres and a scripted model; each test has a fresh database.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod accounts;
mod approvals;
mod contention;
mod feed;
mod injection;
mod list;
mod nodes;
mod own_account;
mod runs;
mod sharing;
mod support;
mod takeover;
mod tasks;
mod testimonials;
mod tools;
mod turns;
mod versions;
// The same for both.
#[path = "../../../store/tests/store/wire.rs"]
mod wire;
