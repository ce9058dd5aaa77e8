//! The task list: the page, and the rail beside the conversation.

pub mod api;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod page;
pub mod refresh;
#[cfg(feature = "ssr")]
pub mod row;
