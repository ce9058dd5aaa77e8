//! The server: doors around [`domain`], middleware, and everything about starting and stopping.
//!
//! - `router` is the map of every address;
//! - `api/` has one file for each resource, `api/better_auth/` another protocol's door;
//! - `middleware/` is what happens to every request;
//! - `config/`, `start`, `database` and `telemetry` are for the binary.
//!
//! Start at [`router`]. A handler extracts, makes one call into the domain, and answers; rights and
//! rules live in the domain, so that server functions keep to the same.

pub mod api;
pub mod cli;
pub mod config;
mod database;
pub mod error;
pub mod extract;
mod listen;
pub mod metrics;
pub mod middleware;
mod model;
pub mod pages;
pub mod router;
mod signals;
pub mod site;
pub mod start;
pub mod state;
mod telemetry;
pub mod watches;
