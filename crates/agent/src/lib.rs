//! The agent: what turns a conversation into model requests, and a model's answer into text and
//! tool calls.
//!
//! It knows neither HTTP handlers nor Postgres. [`run::run`] is the loop; it asks a
//! [`llm::Provider`] and hands everything that happens to a [`run::RunHost`], which `domain`
//! implements over the database. Tools reach data through the narrow [`tools::TaskPort`].

pub mod context;
pub mod llm;
pub mod offline;
pub mod run;
pub mod title;
pub mod tools;
pub mod typos;
