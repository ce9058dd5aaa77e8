//! What happens to every request, from the outside in; `router.rs` puts them together.

pub mod body_limit;
pub mod client;
pub mod cors;
pub mod headers;
pub mod identity;
pub mod observe;
pub mod origin;
pub mod rate_limit;
pub mod time_limit;
