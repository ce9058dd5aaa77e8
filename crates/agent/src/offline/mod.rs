//! The offline assistant: a provider without a model, for when no key is set.
//!
//! A message is read in three steps, each pure: `words` cuts it into tokens, `understand` turns them
//! into `intent`s (with `dates`, `titles`, `query` and the tables of phrases in `add`, `change` and
//! `talk`), and `session` plays the intents against the tools. Nothing is kept between requests:
//! `script` replays a turn from the transcript up to the first call without a result, and earlier turns
//! are replayed the same way to know what "it" or "the second one" means (`memory`).
//!
//! To teach it a phrase: add it to a table (`pattern` says how one is written) and a row to
//! `tests/phrases`.

mod action_replies;
mod actions;
mod add;
mod answers;
mod arguments;
mod change;
mod dates;
mod intent;
mod items;
mod line;
mod list_replies;
mod lists;
mod memory;
mod parts;
mod pattern;
mod polite;
mod priority;
mod provider;
mod query;
mod reply;
mod reports;
mod resolve;
mod script;
mod session;
mod talk;
mod talk_replies;
mod target;
mod targets;
mod titles;
mod transcript;
mod understand;
mod words;

#[cfg(test)]
mod tests;

pub use line::{TaskLine, read_task_line};
pub use provider::OfflineAssistant;
