//! The domain over a real Postgres and a scripted model; each test has a fresh database.

mod accounts;
mod runs;
mod support;
mod tools;
