//! Ids as newtypes, so that a task's id cannot be handed in where a run's is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a valid id")
    }
}

impl std::error::Error for InvalidId {}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

uuid_id!(
    /// A conversation's UUIDv7.
    ConversationId
);
uuid_id!(
    /// A message's UUIDv7.
    MessageId
);
uuid_id!(
    /// A run's UUIDv7.
    RunId
);
uuid_id!(
    /// A task's UUIDv7.
    TaskId
);
uuid_id!(
    /// A tool call's UUIDv7: ours, not the id that the model gave the call.
    ToolCallId
);

/// A user's id: an opaque text of 1 to 64 characters. Accounts made here get 32 letters and digits;
/// an outside token's `sub` is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Longest id, in characters.
    pub const MAX_CHARS: usize = 64;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserId {
    type Err = InvalidId;
    /// Refuses an empty id, one over 64 characters, and one with control characters (Postgres
    /// cannot hold NUL, and the rest only serve to confuse a reader of logs).
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let length = text.chars().count();
        if length == 0 || length > Self::MAX_CHARS || text.chars().any(char::is_control) {
            return Err(InvalidId);
        }
        Ok(Self(text.to_owned()))
    }
}
