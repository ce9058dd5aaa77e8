//! The database: the only crate with SQL.

/// A pool of connections to a migrated database.
#[derive(Clone)]
pub struct Store {}
