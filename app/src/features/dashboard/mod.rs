//! The overview.

pub mod page;
