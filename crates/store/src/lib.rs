//! The database: the only crate with SQL.
//!
//! Every query runs in a [`Tx`] that was begun for a [`Scope`]: as a role that owns nothing, with
//! the actor's id as a transaction-local setting that row-level security goes by. There is no other
//! way to a connection, so a query without an actor sees no row of anybody's.
//!
//! One file for each table. Row structs are private; what comes out are types of `protocol`, or of
//! this crate where the wire has none. "Not found" is `None`, never an error. To add a query: put
//! it into the table's file, take `&mut Tx`, and test it beside the others in `tests/`.

#![warn(missing_docs)]

pub mod accounts;
mod changes;
mod connect;
pub mod conversations;
mod error;
pub mod export;
pub mod imports;
mod link;
pub mod messages;
pub mod preferences;
pub mod run_events;
pub mod runs;
mod scope;
pub mod search;
pub mod sessions;
pub mod shares;
mod signals;
pub mod tasks;
pub mod testimonials;
mod time;
pub mod tool_calls;
pub mod versions;

pub use changes::{Changed, Changes, Stamp};
pub use connect::{Bounds, MIGRATOR, Store, StoreConfig, migrate};
pub use error::{ConnectError, Error};
pub use link::Link;
pub use scope::{Owner, Scope, Tx};
pub use signals::{Heard, Signal};
