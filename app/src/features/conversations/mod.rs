//! Finding conversations again: the search, and what was deleted.

pub mod deleted;
pub mod notice;
pub mod search;
