//! Pages and server functions.

pub mod error;
#[cfg(feature = "ssr")]
pub mod server_context;
