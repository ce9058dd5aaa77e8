//! A user as others may see one, in Better Auth's spelling (its client reads these names).

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId};

/// A user. `image` is null when unset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub email_verified: bool,
    pub image: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
