//! What people say about the product: on the first page, and where they write it.

pub mod api;
#[cfg(feature = "ssr")]
pub mod view;
