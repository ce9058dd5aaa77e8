//! Undo and redo over REST.

use protocol::limits;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::TestApp;
