//! The chat page: history, the answer that is being written, the composer, and what surrounds them.

#[cfg(feature = "ssr")]
mod actions;
pub mod answer;
pub mod api;
#[cfg(feature = "ssr")]
pub mod badge;
#[cfg(feature = "ssr")]
pub(crate) mod badge_approval;
#[cfg(feature = "ssr")]
mod badge_detail;
pub mod block;
mod command_menu;
pub mod commands;
pub mod composer;
mod drafts;
pub mod earlier;
pub mod entry;
pub mod follow;
#[cfg(feature = "ssr")]
pub mod head;
#[cfg(feature = "ssr")]
mod history;
pub mod list_api;
pub mod message_api;
pub mod model;
pub mod older;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod row_menu;
pub mod scope;
mod scroll;
#[cfg(feature = "ssr")]
mod share;
pub mod share_api;
#[cfg(feature = "ssr")]
pub mod sidebar;
pub mod state;
pub mod surroundings;
pub mod thread;
pub mod turns;
