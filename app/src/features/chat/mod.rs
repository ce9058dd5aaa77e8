//! The chat page: history, the answer that is being written, the composer, and what surrounds them.

pub mod answer;
pub mod api;
pub mod badge;
pub mod composer;
pub mod follow;
pub mod head;
pub mod model;
#[cfg(feature = "ssr")]
pub mod page;
pub mod scope;
mod scroll;
pub mod sidebar;
pub mod state;
pub mod thread;
