//! The pages by topic. In each: `page` (server only), components and islands (both sides), `api` (server functions),
//! `model` (what the server hands to islands: plain, with every word already said).

pub mod auth;
pub mod chat;
#[cfg(feature = "ssr")]
pub mod conversations;
pub mod copy;
#[cfg(feature = "ssr")]
pub mod dashboard;
pub mod enhance;
mod keys;
#[cfg(feature = "ssr")]
pub mod landing;
pub mod live;
pub mod settings;
pub mod share;
#[cfg(feature = "ssr")]
pub mod shortcuts;
pub mod tasks;
pub mod testimonials;
pub mod toast;
