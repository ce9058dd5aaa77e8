//! The HTTP tests: every door, driven without a socket, on a fresh database each.
//!
//! [`support::TestApp`] is the server with a scripted model; [`support::Call`] is one request. Answers are compared
//! with snapshots in which ids, times and tokens are replaced by their kind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod account;
mod approvals;
mod attack;
mod bad_input;
mod better_auth;
mod conversations;
mod feed;
mod health;
mod identity;
mod limits;
mod logs;
mod messages;
mod origin;
mod pages;
mod problems;
mod process;
mod sharing;
mod site;
mod streams;
mod support;
mod tasks;
mod testimonials;
mod turns;
