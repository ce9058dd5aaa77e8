//! The reader's own settings: theme, time zone, account.

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod page;
pub mod theme;
