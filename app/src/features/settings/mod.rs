//! The reader's own settings: theme, time zone, account.

#[cfg(feature = "ssr")]
pub(crate) mod account;
pub mod api;
#[cfg(feature = "ssr")]
mod device;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod sessions;
pub mod theme;
