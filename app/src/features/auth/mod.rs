//! Signing up, in and out.

pub mod api;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod password_field;
pub(super) mod passwords;
