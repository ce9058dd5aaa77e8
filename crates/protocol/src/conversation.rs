//! Conversations.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, Timestamp};

/// A conversation as the list and every answer about one show it (the contract's
/// ConversationResponse).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub title: String,
    pub pinned: bool,
    pub created_at: Timestamp,
    /// When a message was last added or the conversation changed; the list is sorted by it.
    pub updated_at: Timestamp,
    pub message_count: u32,
    /// The newest message on one line, at most 120 characters; `None` while there is none.
    pub last_message_preview: Option<String>,
    /// Whether an answer is being written at this moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    /// Whether an answer rests until its owner allows or refuses a tool call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
    /// Whether an answer ended since its owner last looked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}
