//! The offline assistant: a provider without a model, for when no key is set.

mod add;
mod change;
mod dates;
mod intent;
mod items;
mod pattern;
mod priority;
mod query;
mod reply;
mod talk;
mod target;
mod titles;
mod understand;
mod words;
