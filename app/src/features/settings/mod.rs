//! The reader's own settings: theme, time zone, account.

#[cfg(feature = "ssr")]
mod account;
pub mod api;
#[cfg(feature = "ssr")]
mod assistant;
#[cfg(feature = "ssr")]
pub(crate) mod card;
#[cfg(feature = "ssr")]
mod device;
#[cfg(feature = "ssr")]
mod formats;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod sessions;
pub mod theme;
