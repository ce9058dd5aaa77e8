//! The REST API, one file for each resource, and the doors of other protocols.

pub mod account;
pub mod better_auth;
pub mod conversations;
pub mod feed;
pub mod files;
pub mod health;
mod html_events;
pub mod messages;
pub mod runs;
pub mod shares;
mod sse;
pub mod tasks;
pub mod testimonials;
pub mod tool_calls;
