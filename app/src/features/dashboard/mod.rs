//! The overview.

pub mod chart;
pub mod overview;
pub mod page;
