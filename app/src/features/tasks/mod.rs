//! The task list: the page, the rail beside the conversation, and what the assistant did to it.

#[cfg(feature = "ssr")]
pub mod activity;
pub mod api;
pub mod drag;
#[cfg(feature = "ssr")]
pub mod filters;
#[cfg(feature = "ssr")]
pub mod item;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod place;
pub mod refresh;
#[cfg(feature = "ssr")]
pub mod row;
#[cfg(feature = "ssr")]
pub mod show;
