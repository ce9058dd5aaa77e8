//! A conversation as whoever has its link sees it.

#[cfg(feature = "ssr")]
pub mod page;
