//! The task list: the page, and the rail beside the conversation.

pub mod api;
pub mod board;
pub mod model;
#[cfg(feature = "ssr")]
pub mod page;
