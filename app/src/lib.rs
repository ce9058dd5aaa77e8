//! Greenlit's pages and server functions.
//!
//! Pages are rendered on the server and work without JavaScript. What is alive in the browser are a few islands: the
//! composer, the answer that is being written, the lists that follow it. Only islands, the components that they share
//! with the server, and the server functions' callers are compiled into the browser's WASM; everything else sits behind
//! the feature `ssr`.
//!
//! Start at [`routes`] for which page is where, at [`features`] for a page's parts, and at
//! `features::chat::state` for what happens in the browser when a message is sent.

// A view's type holds the types of all its parts, and so does the future that resolves it.
#![cfg_attr(feature = "ssr", recursion_limit = "256")]

pub mod browser;
#[cfg(feature = "ssr")]
pub mod dates;
pub mod error;
pub mod features;
mod field_errors;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server_context;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod sse;
pub mod ui;

#[cfg(feature = "ssr")]
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
